import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DataSet, dataSetsCreate, type DataSetsCreateData, type Import, unwrap } from '../../../api/client';
import { useFormat } from '../../../i18n/use-format';
import { useTerms } from '../../../i18n/use-terms';
import { Button } from '../../../ui/button';
import { Notice } from '../../../ui/notice';
import { ProblemNotice } from '../../../ui/problem-notice';
import { Loading } from '../../../ui/query-view';
import { familiesQuery, type Kind } from '../../models/families.queries';
import { dataSetsQuery } from '../data-sets.queries';
import { uploadContent } from '../upload-content';
import { DropZone } from './drop-zone';
import { Preview } from './preview';
import { previewQuery, type Said } from './preview.queries';

/** That tell the format, and how it is packed. */
const EXTENSIONS = /(\.(csv|tsv|txt|json|jsonl|ndjson|parquet))?(\.(gz|zst|zip))?$/i;

interface ImportFormProps {
  projectId: string;
  /** Whose rows the file replaces; absent where it becomes a new data set. */
  dataSet?: DataSet;
  /** What becomes of the rows that the data set holds. */
  mode?: Import['mode'];
  /** Where it does not go on to the data set. */
  onImported?: () => void;
}

/** A file is dropped, looked at, and imported: one screen, and the file is chosen once. */
export function ImportForm({ projectId, dataSet, mode = 'replace', onImported }: ImportFormProps) {
  const { data: families } = useQuery(familiesQuery);
  const [file, setFile] = useState<File>();
  const hint = useFileHint(families?.kinds.filter(({ key }) => !dataSet || key === dataSet.kind) ?? []);
  if (!families) return <Loading />;
  if (!file) return <DropZone onFile={setFile} hint={hint} />;
  return (
    <FileForm
      key={`${file.name} ${file.lastModified} ${file.size}`}
      projectId={projectId}
      dataSet={dataSet}
      mode={mode}
      file={file}
      kinds={families.kinds}
      onImported={onImported}
      onOther={() => setFile(undefined)}
    />
  );
}

interface FileFormProps {
  projectId: string;
  dataSet: DataSet | undefined;
  mode: Import['mode'];
  file: File;
  kinds: Kind[];
  onImported: (() => void) | undefined;
  onOther: () => void;
}

function FileForm({ projectId, dataSet, mode, file, kinds, onImported, onOther }: FileFormProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [share, setShare] = useState(0);
  const [isBroken, setIsBroken] = useState(false);
  // A second try must not make a second data set.
  const [created, setCreated] = useState<DataSet>();
  const [said, setSaid] = useState<Said>({});
  const start = useQuery(previewQuery(projectId, dataSet?.id, file, said));
  const send = useMutation({
    mutationFn: async (name: string) => {
      const { kind, columnMapping } = start.data!;
      const { kind: _, ...ofFile } = said;
      setShare(0);
      setIsBroken(false);
      const target = dataSet ?? (created?.kind === kind ? created : await createDataSet(projectId, name, kind));
      setCreated(target);
      const path = { projectId, dataSetId: target.id };
      const query = { ...ofFile, ...columnMapping, mode };
      await uploadContent({ path, file, query, onProgress: setShare, onBroken: setIsBroken });
      return target;
    },
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries({ queryKey: dataSetsQuery(projectId).queryKey });
      onOther();
      if (onImported) return onImported();
      return navigate({
        to: '/projects/$projectId/data-sets/$dataSetId',
        params: { projectId, dataSetId: id },
        search: {},
      });
    },
  });
  if (start.isError) {
    return (
      <div className="space-y-3">
        <ProblemNotice error={start.error} />
        <Button onClick={onOther}>{t('upload.other')}</Button>
      </div>
    );
  }
  if (!start.data) return <Loading />;
  return (
    <>
      {send.isPending && isBroken && (
        <output className="block">
          <Notice tone="warning">{t('upload.broken')}</Notice>
        </output>
      )}
      <Preview
        file={file}
        found={start.data}
        said={said}
        onSaid={setSaid}
        isStale={start.isPlaceholderData}
        kinds={kinds}
        isKindFixed={dataSet !== undefined}
        defaultName={dataSet ? undefined : file.name.replace(EXTENSIONS, '').slice(0, 120) || t('upload.file')}
        share={send.isPending ? share : null}
        error={send.error}
        onOther={onOther}
        onImport={send.mutate}
      />
    </>
  );
}

const createDataSet = (projectId: string, name: string, kind: string) =>
  unwrap(dataSetsCreate({ path: { projectId }, body: { name, kind: kind as DataSetsCreateData['body']['kind'] } }));

/** What the API reads, and which columns it needs where the kind is known. */
function useFileHint(kinds: Kind[]): string {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const [kind] = kinds;
  if (!kind || kinds.length > 1) return t('upload.formats');
  const namesOf = (isRequired: boolean) =>
    kind.columns.filter(({ required }) => required === isRequired).map(({ name }) => terms.name('columns', name));
  const [needed, optional] = [namesOf(true), namesOf(false)];
  return format.sentences([
    t('upload.formats'),
    ...(needed.length > 0 ? [t('upload.needs', { columns: format.list(needed) })] : []),
    ...(optional.length > 0 ? [t('upload.reads', { columns: format.list(optional) })] : []),
    ...(kind.others === 'attributes' ? [t('upload.attributes')] : []),
  ]);
}
