import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ApiKeysCreateResponse, Deployment } from '../../api/client';
import { findScreen } from '../../tasks/tasks';
import { CodeBlock } from '../../ui/code-block';
import { ShownOnceDialog } from '../../ui/shown-once-dialog';
import { deploymentsQuery } from '../deployments/deployments.queries';
import { curlSnippet } from '../deployments/snippets';
import { useInitial } from '../deployments/use-initial';
import { type Family, useFamily } from '../models/families.queries';
import { pageSnippet } from './page-snippet';

/** Shows the key, this once, with a call that works immediately. */
export function CreatedApiKeyDialog({ created, onClose }: { created: ApiKeysCreateResponse; onClose: () => void }) {
  const { t } = useTranslation();
  const { data: deployments } = useQuery(deploymentsQuery(created.projectId));
  const { deploymentIds } = created;
  const deployment = deployments?.findLast(({ id }) => deploymentIds.length === 0 || deploymentIds.includes(id));
  const isPublishable = created.kind === 'publishable';
  const canCall = created.scopes.includes('deployments:call');
  return (
    <ShownOnceDialog
      title={t('apiKeys.created')}
      warning={t(isPublishable ? 'apiKeys.shownOncePublishable' : 'apiKeys.shownOnce')}
      label={t('apiKeys.key')}
      secret={created.key}
      testId="api-key"
      onClose={onClose}
    >
      {isPublishable && (
        <div>
          <p className="mb-1 font-medium">{t('apiKeys.putIntoPages')}</p>
          <CodeBlock
            label="HTML"
            testId="page-snippet"
            code={pageSnippet({
              origin: window.location.origin,
              projectId: created.projectId,
              key: created.key,
              deploymentId: deployment?.task === 'recommendation' ? deployment.id : null,
            })}
          />
        </div>
      )}
      {deployment && canCall && !isPublishable && <FirstCall deployment={deployment} apiKey={created.key} />}
    </ShownOnceDialog>
  );
}

function FirstCall({ deployment, apiKey }: { deployment: Deployment; apiKey: string }) {
  const family = useFamily(deployment.family);
  const [operation] = Object.keys(family?.operations ?? {});
  return (
    family && operation && <FirstCallOf deployment={deployment} apiKey={apiKey} family={family} operation={operation} />
  );
}

interface FirstCallOfProps {
  deployment: Deployment;
  apiKey: string;
  family: Family;
  operation: string;
}

function FirstCallOf({ deployment, apiKey, family, operation }: FirstCallOfProps) {
  const { t } = useTranslation();
  const screen = findScreen(family.task, operation, family.operations[operation]!.request);
  const code = curlSnippet({
    origin: window.location.origin,
    deploymentId: deployment.id,
    operation,
    key: apiKey,
    body: screen.toExample(useInitial(screen, deployment, operation)),
  });
  return (
    <div>
      <p className="mb-1 font-medium">{t('apiKeys.tryIt', { deployment: deployment.name })}</p>
      <CodeBlock label="curl" testId="curl" code={code} />
    </div>
  );
}
