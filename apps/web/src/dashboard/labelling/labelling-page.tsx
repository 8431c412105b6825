import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { buildUrl, type DataSet, type Labelling, labellingRemoveOpen, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button, buttonClass } from '../../ui/button';
import { Choice } from '../../ui/choice';
import { FormDialog } from '../../ui/form-dialog';
import { PageHeader } from '../../ui/page-header';
import { ProgressBar } from '../../ui/progress-bar';
import { QueryView } from '../../ui/query-view';
import { dataSetQuery } from '../data-sets/data-sets.queries';
import { AddTexts } from './add-texts';
import { Labeller } from './labeller';
import { labellingQuery } from './labelling.queries';

/** The texts of a data set that are worth labelling next. */
export function LabellingPage() {
  const { projectId, dataSetId } = useParams({ from: '/app/projects/$projectId/data-sets/$dataSetId/label' });
  const dataSet = useQuery(dataSetQuery(projectId, dataSetId));
  const labelling = useQuery(labellingQuery(projectId, dataSetId));
  return (
    <QueryView query={dataSet} isPage>
      {(found) => (
        <QueryView query={labelling}>{(progress) => <Content dataSet={found} labelling={progress} />}</QueryView>
      )}
    </QueryView>
  );
}

function Content({ dataSet, labelling }: { dataSet: DataSet; labelling: Labelling }) {
  const { t } = useTranslation();
  const { projectId, id: dataSetId, name } = dataSet;
  const { waiting, skipped } = labelling;
  const [status, setStatus] = useState<'waiting' | 'skipped'>('waiting');
  return (
    <>
      <PageHeader
        title={t('labelling.title')}
        hint={
          <Link
            to="/projects/$projectId/data-sets/$dataSetId"
            params={{ projectId, dataSetId }}
            search={{}}
            className="rounded underline hover:text-ink"
          >
            {name}
          </Link>
        }
        actions={
          <>
            <Export dataSet={dataSet} />
            {waiting + skipped > 0 && <Remove dataSet={dataSet} count={waiting + skipped} />}
          </>
        }
      />
      <div className="mx-auto max-w-3xl space-y-5">
        <Progress labelling={labelling} />
        {skipped > 0 && (
          <Choice
            label={t('labelling.which')}
            value={status}
            onChange={setStatus}
            options={[
              { value: 'waiting', label: t('labelling.waiting') },
              { value: 'skipped', label: t('labelling.skipped') },
            ]}
          />
        )}
        {waiting + skipped > 0 && (
          // Texts that come in meanwhile are handed out when there was none.
          <Labeller
            key={`${status} ${waiting > 0}`}
            projectId={projectId}
            dataSetId={dataSetId}
            labelling={labelling}
            status={status}
          />
        )}
        <AddTexts dataSet={dataSet} isOpen={waiting + skipped === 0} />
      </div>
    </>
  );
}

function Progress({ labelling: { waiting, labelled, skipped, others } }: { labelling: Labelling }) {
  const { t } = useTranslation();
  const format = useFormat();
  const all = waiting + labelled + skipped;
  if (all === 0) return null;
  return (
    <div className="space-y-1.5">
      <p className="flex flex-wrap justify-between gap-x-4 text-muted tabular-nums">
        <output>{t('labelling.progress', { labelled: format.number(labelled), all: format.number(all) })}</output>
        <span>
          {[
            skipped > 0 && t('labelling.skippedCount', { count: skipped }),
            others > 0 && t('labelling.othersCount', { count: others }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </p>
      <ProgressBar label={t('labelling.title')} share={labelled / all} />
    </div>
  );
}

function Export({ dataSet: { projectId, id: dataSetId } }: { dataSet: DataSet }) {
  const { t } = useTranslation();
  return (['label-studio', 'doccano'] as const).map((format) => (
    <a
      key={format}
      href={buildUrl({
        url: '/v1/projects/{projectId}/data-sets/{dataSetId}/labelled-texts',
        path: { projectId, dataSetId },
        query: { format },
      })}
      download
      className={buttonClass('quiet')}
    >
      <Download aria-hidden />
      {t('labelling.export', { format: t(`labelling.formats.${format}`) })}
    </a>
  ));
}

function Remove({ dataSet: { projectId, id: dataSetId }, count }: { dataSet: DataSet; count: number }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => unwrap(labellingRemoveOpen({ path: { projectId, dataSetId } })),
    onSuccess: async () => {
      setAsking(false);
      await queryClient.invalidateQueries({ queryKey: labellingQuery(projectId, dataSetId).queryKey });
    },
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t('labelling.remove')}</Button>
      {isAsking && (
        <FormDialog
          title={t('labelling.removeTitle', { count })}
          submitLabel={t('labelling.remove')}
          onSubmit={() => remove.mutate()}
          onClose={() => setAsking(false)}
          isBusy={remove.isPending}
          error={remove.error}
          isDanger
        >
          <p>{t('labelling.removeText')}</p>
        </FormDialog>
      )}
    </>
  );
}
