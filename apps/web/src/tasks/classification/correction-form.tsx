import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { classificationsCorrect, type Classifications, type Deployment, unwrap } from '../../api/client';
import { dataSetsQuery } from '../../dashboard/data-sets/data-sets.queries';
import { reportQuery } from '../../dashboard/models/models.queries';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { Notice } from '../../ui/notice';
import { TextLink } from '../../ui/text-link';
import type { ClassificationReport } from './report';

/** Between the labels of one text, in files as here. */
const LABEL_SEPARATOR = '|';

interface CorrectionFormProps {
  answer: Classifications;
  result: Classifications['results'][number];
  deployment: Deployment;
}

/** Says what the text really is; it becomes a row that the next training learns from. */
export function CorrectionForm({ answer, result, deployment }: CorrectionFormProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { id: deploymentId, projectId } = deployment;
  const correct = useMutation({
    mutationFn: (labels: string[]) =>
      unwrap(
        classificationsCorrect({
          path: { deploymentId },
          body: { classificationId: answer.classificationId, index: 0, labels },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: dataSetsQuery(projectId).queryKey }),
  });
  if (correct.isSuccess) {
    const params = { projectId, dataSetId: correct.data.dataSetId };
    return (
      <Notice tone="success">
        {t('tasks.classification.corrected', { labels: correct.variables.join(', ') })}{' '}
        <TextLink to="/projects/$projectId/data-sets/$dataSetId" params={params}>
          {t('tasks.classification.toDataSet')}
        </TextLink>
      </Notice>
    );
  }
  return (
    <details className="rounded-md border border-line">
      <summary className="rounded-md px-3 py-2 font-medium hover:bg-sunken">
        {t('tasks.classification.correct')}
      </summary>
      <div className="border-t border-line p-3">
        <Form
          onSubmit={(values) => correct.mutate(readLabels(String(values.get('labels') ?? '')))}
          error={correct.error}
          actions={
            <Button type="submit" isBusy={correct.isPending}>
              {t('tasks.classification.sendCorrection')}
            </Button>
          }
        >
          <LabelsField answer={answer} result={result} deployment={deployment} />
        </Form>
      </div>
    </details>
  );
}

/** Offers the labels that the version knows, those that it finds likely first. */
function LabelsField({ answer, result, deployment: { projectId, modelId } }: CorrectionFormProps) {
  const { t } = useTranslation();
  const listId = useId();
  const { data } = useQuery(reportQuery(projectId, { modelId, id: answer.modelVersionId }));
  const known = (data as ClassificationReport | undefined)?.labels ?? [];
  const offered = new Set([...result.classes, ...known].map(({ label }) => label));
  return (
    <>
      <TextField
        label={t('tasks.classification.rightLabel')}
        name="labels"
        hint={t('tasks.classification.rightLabelHint')}
        list={listId}
        autoComplete="off"
        required
      />
      <datalist id={listId}>
        {[...offered].map((label) => (
          <option key={label}>{label}</option>
        ))}
      </datalist>
    </>
  );
}

function readLabels(text: string): string[] {
  const labels = text.split(LABEL_SEPARATOR).map((label) => label.trim());
  return [...new Set(labels.filter(Boolean))];
}
