import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Deployment } from '../../api/client';
import { findScreen } from '../../tasks/tasks';
import { SelectField } from '../../ui/field';
import { Tabs } from '../../ui/tabs';
import { type Family, useFamily } from '../models/families.queries';
import { ConnectCard } from './connect-card';
import { Playground } from './playground';
import { useInitial } from './use-initial';

interface CallTabsProps {
  deployment: Deployment;
  selected: string;
  onSelect: (tab: string) => void;
  /** Further tabs, which need no operation. */
  others: { key: string; label: string; content: ReactNode }[];
}

/** Ways to call a deployment, for each operation of its task. */
export function CallTabs(props: CallTabsProps) {
  const family = useFamily(props.deployment.family);
  return family && <CallTabsOf {...props} family={family} />;
}

function CallTabsOf(props: CallTabsProps & { family: Family }) {
  const { t } = useTranslation();
  const operations = Object.keys(props.family.operations);
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
      <OperationTabs key={operation} {...props} operation={operation} />
    </div>
  );
}

function OperationTabs(props: CallTabsProps & { family: Family; operation: string }) {
  const { deployment, family, operation, selected, onSelect, others } = props;
  const { t } = useTranslation();
  const { request: schema } = family.operations[operation]!;
  const screen = findScreen(family.task, operation, schema);
  const initial = useInitial(screen, deployment, operation);
  // Shared by both tabs, so that the code asks what the playground asked.
  const [edited, setEdited] = useState<typeof initial>();
  const request = edited ?? initial;
  return (
    <Tabs
      label={t('playground.tabs')}
      selected={selected}
      onSelect={onSelect}
      tabs={[
        {
          key: 'try',
          label: t('playground.title'),
          content: (
            <Playground
              deployment={deployment}
              operation={operation}
              screen={screen}
              initial={initial}
              request={request}
              onRequest={setEdited}
            />
          ),
        },
        {
          key: 'connect',
          label: t('playground.connect'),
          content: <ConnectCard deployment={deployment} operation={operation} body={screen.toExample(request)} />,
        },
        ...others,
      ]}
    />
  );
}
