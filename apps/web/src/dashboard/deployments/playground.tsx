import { useMutation, useQuery } from '@tanstack/react-query';
import { Sparkles } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { callDeployment, type Deployment } from '../../api/client';
import type { OperationScreen, Request } from '../../tasks/task';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Choice } from '../../ui/choice';
import { classNames } from '../../ui/class-names';
import { CodeBlock } from '../../ui/code-block';
import { EmptyState } from '../../ui/empty-state';
import { Form } from '../../ui/form';
import { versionsQuery } from '../models/models.queries';
import { useVersionName } from '../models/use-version-name';

/** An answer as people read it, or as programs get it. */
type View = 'cards' | 'json';

interface PlaygroundProps {
  deployment: Deployment;
  operation: string;
  screen: OperationScreen;
  /** What the form asks before anybody changes it. */
  initial: Request;
  request: Request;
  onRequest: (request: Request) => void;
}

/** Calls a deployment in the same way as customers' code does. */
export function Playground({ deployment, operation, screen, initial, request, onRequest }: PlaygroundProps) {
  const { t } = useTranslation();
  const { Fields, Beside, Answer, texts } = screen;
  const [view, setView] = useState<View>('cards');
  const [otherId, setOtherId] = useState('');
  const call = useMutation({
    mutationFn: async ({ asked, other }: { asked: Request; other: string }) => {
      const versions = other ? [deployment.modelVersionId, other] : [undefined];
      const data = await Promise.all(
        versions.map((version) => callDeployment(deployment.id, operation, asked, version)),
      );
      return data.map((answer, place) => ({ answer, versionId: versions[place] }));
    },
  });
  const ask = (asked: Request) => {
    onRequest(asked);
    call.mutate({ asked, other: otherId });
  };
  /** What was asked before is asked of both at once. */
  const compareWith = (other: string) => {
    setOtherId(other);
    if (call.variables) call.mutate({ asked: call.variables.asked, other });
  };
  return (
    <div className="grid items-start gap-5 grid-cols-[minmax(0,1fr)] lg:grid-cols-[20rem_minmax(0,1fr)]">
      <Card title={t('playground.request')}>
        <Form
          onSubmit={() => call.mutate({ asked: request, other: otherId })}
          error={call.error}
          actions={
            <Button type="submit" variant="primary" isBusy={call.isPending} className="w-full">
              {t(texts.submit)}
            </Button>
          }
        >
          <Fields request={request} deployment={deployment} onRequest={onRequest} onAsk={ask} />
        </Form>
      </Card>
      <div className="min-w-0 space-y-3">
        <div className="flex flex-wrap items-center gap-3">
          <Choice<View>
            label={t('playground.view')}
            options={[
              { value: 'cards', label: t('playground.cards') },
              { value: 'json', label: 'JSON' },
            ]}
            value={view}
            onChange={setView}
          />
          <OtherVersion deployment={deployment} selected={otherId} onSelect={compareWith} />
        </div>
        <div
          className={classNames(
            'grid grid-cols-[minmax(0,1fr)] items-start gap-5',
            (Beside || call.data?.[1]) && 'xl:grid-cols-[repeat(2,minmax(0,1fr))]',
          )}
        >
          {!call.isSuccess && (
            <Card>
              <EmptyState icon={Sparkles} title={t(texts.emptyTitle)}>
                {t(texts.emptyText)}
                <br />
                {t('playground.metered')}
              </EmptyState>
            </Card>
          )}
          {call.data?.map(({ answer, versionId }) => (
            <div key={`${call.submittedAt} ${versionId}`} className="min-w-0 space-y-2">
              {versionId && <VersionTitle deployment={deployment} versionId={versionId} />}
              {view === 'cards' ? (
                <Answer answer={answer} request={call.variables.asked} deployment={deployment} />
              ) : (
                <Card title={t('playground.answer')}>
                  <CodeBlock label="JSON" code={JSON.stringify(answer, null, 2)} testId="json" />
                </Card>
              )}
            </div>
          ))}
          {Beside && <Beside request={call.variables?.asked ?? initial} deployment={deployment} />}
        </div>
      </div>
    </div>
  );
}

interface OtherVersionProps {
  deployment: Deployment;
  selected: string;
  onSelect: (versionId: string) => void;
}

/** A second version of the model to hold against the one that is live; nothing where there is none. */
function OtherVersion({ deployment: { projectId, modelId, modelVersionId }, selected, onSelect }: OtherVersionProps) {
  const { t } = useTranslation();
  const versionName = useVersionName();
  const { data: versions = [] } = useQuery(versionsQuery(projectId, modelId));
  const others = versions.filter(({ id }) => id !== modelVersionId);
  if (others.length === 0) return null;
  return (
    <select
      aria-label={t('playground.compare')}
      value={selected}
      onChange={({ target }) => onSelect(target.value)}
      className="h-8 max-w-full min-w-0 rounded-md border border-line-strong bg-surface px-2"
    >
      <option value="">{t('playground.compare')}</option>
      {others.map(({ id }) => (
        <option key={id} value={id}>
          {versionName(versions, id)}
        </option>
      ))}
    </select>
  );
}

function VersionTitle({ deployment, versionId }: { deployment: Deployment; versionId: string }) {
  const { t } = useTranslation();
  const versionName = useVersionName();
  const { projectId, modelId, modelVersionId } = deployment;
  const { data: versions = [] } = useQuery(versionsQuery(projectId, modelId));
  return (
    <h2 className="font-medium wrap-anywhere">
      {versionName(versions, versionId)}
      {versionId === modelVersionId && <span className="text-muted"> · {t('deployments.live')}</span>}
    </h2>
  );
}
