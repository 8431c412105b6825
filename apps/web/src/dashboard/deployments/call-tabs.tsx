import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Deployment } from '../../api/client';
import { findScreen } from '../../tasks/tasks';
import { SelectField } from '../../ui/field';
import { Tabs } from '../../ui/tabs';
import { type Family, useFamily } from '../models/families.queries';
import { Playground } from './playground';
import { SnippetTabs } from './snippet-tabs';

/** Ways to call a deployment, for each operation of its task. */
export function CallTabs({ deployment }: { deployment: Deployment }) {
  const family = useFamily(deployment.family);
  return family && <CallTabsOf deployment={deployment} family={family} />;
}

function CallTabsOf({ deployment, family }: { deployment: Deployment; family: Family }) {
  const { t } = useTranslation();
  const operations = Object.keys(family.operations);
  const [operation, setOperation] = useState(operations[0]!);
  return (
    <div className="space-y-4">
      {operations.length > 1 && (
        <SelectField
          label={t('playground.operation')}
          name="operation"
          value={operation}
          onChange={(event) => setOperation(event.target.value)}
        >
          {operations.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </SelectField>
      )}
      <OperationTabs key={operation} deployment={deployment} family={family} operation={operation} />
    </div>
  );
}

function OperationTabs(props: { deployment: Deployment; family: Family; operation: string }) {
  const { deployment, family, operation } = props;
  const { t } = useTranslation();
  const { request: schema, meters } = family.operations[operation]!;
  const screen = findScreen(family.task, operation, schema);
  // Shared by both tabs, so that the code asks what the playground asked.
  const [request, setRequest] = useState(screen.initial);
  return (
    <Tabs
      label={t('playground.tabs')}
      tabs={[
        {
          key: 'playground',
          label: t('playground.title'),
          content: (
            <Playground
              deployment={deployment}
              operation={operation}
              meters={meters}
              screen={screen}
              request={request}
              onRequest={setRequest}
            />
          ),
        },
        {
          key: 'api',
          label: t('playground.api'),
          content: <SnippetTabs deploymentId={deployment.id} operation={operation} body={screen.toExample(request)} />,
        },
      ]}
    />
  );
}
