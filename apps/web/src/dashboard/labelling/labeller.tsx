import { Check, SkipForward, Undo2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Labelling, TextToLabel } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { TextField } from '../../ui/field';
import { ProblemNotice } from '../../ui/problem-notice';
import { Loading } from '../../ui/query-view';
import { useLabelling } from './use-labelling';

/** As many as there are keys. */
const KEYS = 9;
/** How far a suggestion must be above the next one to be taken by one key: what is no better than any other is no suggestion. */
const MARGIN = 0.01;

interface LabellerProps {
  projectId: string;
  dataSetId: string;
  labelling: Labelling;
  status: 'waiting' | 'skipped';
}

/** One text after another, by the keyboard alone: numbers choose, Enter takes, S skips, U goes back. */
export function Labeller({ projectId, dataSetId, labelling, status }: LabellerProps) {
  const { t } = useTranslation();
  const work = useLabelling(projectId, dataSetId, status);
  const { current, texts, place } = work;
  if (work.isLoading) return <Loading />;
  if (!current)
    return work.error ? (
      <ProblemNotice error={work.error} onRetry={() => void work.take()} />
    ) : (
      <p className="rounded-lg border border-line bg-surface px-5 py-8 text-center text-muted">
        {labelling.others > 0 ? t('labelling.othersHaveThem') : t('labelling.none')}
      </p>
    );
  return (
    <OneText
      key={current.id}
      text={current}
      labelling={labelling}
      count={t('labelling.place', { place: place + 1, count: texts.length })}
      error={work.error}
      onTake={(labels) => work.decide({ status: 'labelled', labels })}
      onSkip={() => work.decide({ status: 'skipped', labels: [] })}
      onUndo={place > 0 ? work.undo : undefined}
    />
  );
}

interface OneTextProps {
  text: TextToLabel;
  labelling: Labelling;
  count: string;
  error: unknown;
  onTake: (labels: string[]) => void;
  onSkip: () => void;
  onUndo: (() => void) | undefined;
}

function OneText({ text, labelling, count, error, onTake, onSkip, onUndo }: OneTextProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { severalLabels } = labelling;
  const [others, setOthers] = useState<string[]>([]);
  const options = [...optionsOf(text, labelling), ...others];
  const [first] = text.suggestions;
  const [chosen, setChosen] = useState<string[]>(first && (text.margin ?? 0) >= MARGIN ? [first.label] : []);
  const region = useRef<HTMLElement>(null);
  // So that the keys work at once, and a screen reader reads the text.
  useEffect(() => region.current?.focus(), []);
  const choose = (label: string) =>
    setChosen((now) =>
      !severalLabels ? [label] : now.includes(label) ? now.filter((each) => each !== label) : [...now, label],
    );
  const isNew = (label: string) => !options.includes(label);
  const press = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const isTyping = target instanceof HTMLInputElement && target.type === 'text';
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const option = options[Number(event.key) - 1];
    if (option) choose(option);
    else if (event.key === 'Enter' && !(target instanceof HTMLButtonElement)) {
      if (chosen.length > 0) onTake(chosen);
    } else if (event.key.toLowerCase() === 's') onSkip();
    else if (event.key.toLowerCase() === 'u' || event.key === 'Backspace') onUndo?.();
    else return;
    event.preventDefault();
  };
  // The keys work while the focus is in here, so that nobody presses one by mistake.
  useEffect(() => {
    const element = region.current!;
    element.addEventListener('keydown', press);
    return () => element.removeEventListener('keydown', press);
  });
  return (
    <section
      ref={region}
      tabIndex={-1}
      aria-label={t('labelling.oneText')}
      aria-describedby="text-to-label"
      className="rounded-lg focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-accent"
    >
      <Card title={t('labelling.oneText')} hint={count}>
        <div className="space-y-4">
          <p
            id="text-to-label"
            className="max-h-80 overflow-y-auto rounded-md bg-sunken p-4 text-lg wrap-anywhere whitespace-pre-wrap"
          >
            {text.text}
          </p>
          <fieldset className="space-y-1">
            <legend className="mb-1.5 font-medium">
              {severalLabels ? t('labelling.chooseSeveral') : t('labelling.chooseOne')}
            </legend>
            {options.map((label, place) => (
              <label
                key={label}
                className="flex min-h-9 cursor-pointer items-center gap-3 rounded-md border border-line px-3 py-1 has-checked:border-accent has-checked:bg-accent-soft"
              >
                <input
                  type={severalLabels ? 'checkbox' : 'radio'}
                  name="label"
                  checked={chosen.includes(label)}
                  onChange={() => choose(label)}
                  className="size-4 shrink-0 accent-accent"
                />
                {place < KEYS && <kbd className="rounded border border-line-strong px-1.5 text-xs">{place + 1}</kbd>}
                <span className="min-w-0 flex-1 wrap-anywhere">{label}</span>
                <Score text={text} label={label} />
              </label>
            ))}
          </fieldset>
          <OtherLabel
            labelling={labelling}
            onAdd={(label) => {
              if (isNew(label)) setOthers((now) => [...now, label]);
              if (!chosen.includes(label)) choose(label);
              region.current?.focus();
            }}
          />
          {error != null && <ProblemNotice error={error} />}
          <div className="flex flex-wrap gap-2">
            <Button
              variant="primary"
              disabled={chosen.length === 0}
              aria-keyshortcuts="Enter"
              onClick={() => onTake(chosen)}
            >
              <Check aria-hidden />
              {t('labelling.take')}
            </Button>
            <Button aria-keyshortcuts="S" onClick={onSkip}>
              <SkipForward aria-hidden />
              {t('labelling.skip')}
            </Button>
            <Button aria-keyshortcuts="U Backspace" disabled={!onUndo} onClick={() => onUndo?.()}>
              <Undo2 aria-hidden />
              {t('labelling.undo')}
            </Button>
          </div>
          <p className="text-xs text-muted">
            {format.sentences([
              first
                ? t('labelling.suggested', { label: first.label, score: format.percent(first.score) })
                : t('labelling.noModel'),
              t('labelling.keys'),
            ])}
          </p>
        </div>
      </Card>
    </section>
  );
}

/** How likely the model finds it. */
function Score({ text: { suggestions }, label }: { text: TextToLabel; label: string }) {
  const format = useFormat();
  const found = suggestions.find((each) => each.label === label);
  return found ? <span className="text-muted tabular-nums">{format.percent(found.score)}</span> : null;
}

/** A label that has no key, or that there is not yet. */
function OtherLabel({ labelling, onAdd }: { labelling: Labelling; onAdd: (label: string) => void }) {
  const { t } = useTranslation();
  const [label, setLabel] = useState('');
  const add = () => {
    const said = label.trim();
    if (said === '') return;
    onAdd(said);
    setLabel('');
  };
  return (
    <div className="flex flex-wrap items-end gap-2">
      <TextField
        label={t('labelling.other')}
        name="other"
        list="labels-of-data-set"
        maxLength={256}
        value={label}
        autoComplete="off"
        onChange={(event) => setLabel(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          event.stopPropagation();
          add();
        }}
      />
      <datalist id="labels-of-data-set">
        {labelling.labels.map((each) => (
          <option key={each.label} value={each.label}>
            {each.label}
          </option>
        ))}
      </datalist>
      <Button onClick={add}>{t('labelling.choose')}</Button>
    </div>
  );
}

/** Few labels always have the same key; of many, those that the model finds likely come first, then the most frequent. */
function optionsOf({ suggestions }: TextToLabel, { labels }: Labelling): string[] {
  const known = labels.map(({ label }) => label);
  if (known.length <= KEYS && known.length > 0) return known.toSorted();
  return [...new Set([...suggestions.map(({ label }) => label), ...known])].slice(0, KEYS);
}
