import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type DataSet, dataSetsCancelImport, type Import, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { ProgressBar } from '../../ui/progress-bar';
import { useMe } from '../auth/auth.queries';
import { dataSetsQuery } from './data-sets.queries';

/** A file that waits or is being read, how far that is, and a way to stop it. */
export function RunningImport({ dataSet, running }: { dataSet: DataSet; running: Import }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const { progress } = running;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-line bg-surface p-4">
      <output className="block min-w-56 flex-1 space-y-2">
        <span className="block font-medium">{t('import.progress')}</span>
        <ProgressBar
          label={t('import.progress')}
          share={progress && progress.bytes > 0 ? progress.bytesRead / progress.bytes : null}
        />
        {progress && <Figures progress={progress} />}
      </output>
      {can('project:write') && <CancelButton dataSet={dataSet} importId={running.id} />}
    </div>
  );
}

function Figures({ progress }: { progress: NonNullable<Import['progress']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { rowsRead, rowsPerSecond, bytesRead, bytes, secondsLeft } = progress;
  const figures = [
    rowsRead !== null && t('import.rowsRead', { count: rowsRead }),
    rowsPerSecond !== null && t('import.rowsPerSecond', { count: rowsPerSecond }),
    t('import.bytesRead', { read: format.bytes(bytesRead), all: format.bytes(bytes) }),
    secondsLeft !== null && t('import.timeLeft', { time: format.duration(1_000 * secondsLeft) }),
  ];
  return <span className="block text-xs text-muted tabular-nums">{figures.filter(Boolean).join(' · ')}</span>;
}

function CancelButton({ dataSet: { projectId, id: dataSetId }, importId }: { dataSet: DataSet; importId: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => unwrap(dataSetsCancelImport({ path: { projectId, dataSetId, importId } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: dataSetsQuery(projectId).queryKey }),
  });
  return (
    <>
      <Button isBusy={cancel.isPending} onClick={() => cancel.mutate()}>
        {t('import.cancel')}
      </Button>
      {cancel.isError && <ProblemNotice error={cancel.error} />}
    </>
  );
}
