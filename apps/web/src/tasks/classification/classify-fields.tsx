import { useTranslation } from 'react-i18next';
import { CheckboxField, TextAreaField, TextField } from '../../ui/field';
import type { FieldsProps } from '../task';

/** A call about one text; `minScore` is absent where the version's own holds. */
export type ClassifyRequest = {
  text: string;
  topK: number;
  minScore?: number;
  explain: boolean;
  nearest: number;
};

// As libs/models/tasks/classification/task.ts has them.
const TEXT_CHARACTERS_MAX = 10_000;
const TOP_K_MAX = 20;
const NEAREST_MAX = 10;

export function ClassifyFields({ request, onRequest }: FieldsProps<ClassifyRequest>) {
  const { t } = useTranslation();
  return (
    <>
      <TextAreaField
        label={t('tasks.classification.text')}
        name="text"
        hint={t('tasks.classification.textHint')}
        value={request.text}
        onChange={(event) => onRequest({ ...request, text: event.target.value })}
        maxLength={TEXT_CHARACTERS_MAX}
        rows={5}
        dir="auto"
        required
      />
      <CheckboxField
        label={t('tasks.classification.explain')}
        name="explain"
        checked={request.explain}
        onChange={(event) => onRequest({ ...request, explain: event.target.checked })}
      />
      <details className="rounded-md border border-line">
        <summary className="rounded-md px-3 py-2 font-medium hover:bg-sunken">{t('tasks.classification.more')}</summary>
        <div className="space-y-4 border-t border-line p-3">
          <NumberField
            name="topK"
            min={1}
            max={TOP_K_MAX}
            value={request.topK}
            onValue={(topK) => onRequest({ ...request, topK })}
          />
          <NumberField
            name="nearest"
            min={0}
            max={NEAREST_MAX}
            value={request.nearest}
            onValue={(nearest) => onRequest({ ...request, nearest })}
          />
          <TextField
            label={t('tasks.classification.minScore')}
            name="minScore"
            hint={t('tasks.classification.minScoreHint')}
            type="number"
            min={0}
            max={1}
            step="any"
            value={request.minScore ?? ''}
            onChange={({ target }) => onRequest(withMinScore(request, target.valueAsNumber))}
          />
        </div>
      </details>
    </>
  );
}

interface NumberFieldProps {
  name: 'topK' | 'nearest';
  min: number;
  max: number;
  value: number;
  onValue: (value: number) => void;
}

function NumberField({ name, value, onValue, ...range }: NumberFieldProps) {
  const { t } = useTranslation();
  return (
    <TextField
      label={t(`tasks.classification.${name}`)}
      name={name}
      type="number"
      {...range}
      value={Number.isNaN(value) ? '' : value}
      onChange={({ target }) => onValue(target.valueAsNumber)}
      required
    />
  );
}

/** @param minScore NaN where the field is empty */
function withMinScore({ text, topK, explain, nearest }: ClassifyRequest, minScore: number): ClassifyRequest {
  const request = { text, topK, explain, nearest };
  return Number.isNaN(minScore) ? request : { ...request, minScore };
}
