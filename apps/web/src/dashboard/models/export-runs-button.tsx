import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type Model, type ModelVersion, trainingJobsList, unwrapPages } from '../../api/client';
import { Button } from '../../ui/button';
import { downloadCsv } from '../../ui/csv';
import { ProblemNotice } from '../../ui/problem-notice';
import { runsCsv } from './runs-csv';

const PAGE = 100;

/** Saves every training job of the model with what it came to, for a spreadsheet. */
export function ExportRunsButton({ model, versions }: { model: Model; versions: ModelVersion[] }) {
  const { t } = useTranslation();
  const { projectId, id: modelId } = model;
  const save = useMutation({
    mutationFn: async () => {
      const list = (cursor: string | undefined) =>
        trainingJobsList({ path: { projectId }, query: { modelId, limit: PAGE, cursor } });
      downloadCsv(`${model.name}.csv`, runsCsv(model, await unwrapPages(list), versions));
    },
  });
  return (
    <div className="space-y-2">
      <Button isBusy={save.isPending} onClick={() => save.mutate()}>
        {!save.isPending && <Download aria-hidden />}
        {t('versions.export')}
      </Button>
      {save.isError && <ProblemNotice error={save.error} />}
    </div>
  );
}
