import { useTranslation } from 'react-i18next';
import { Card } from '../../ui/card';
import { CodeBlock } from '../../ui/code-block';
import { Tabs } from '../../ui/tabs';
import { curlSnippet, pythonSnippet, typeScriptSnippet } from './snippets';

interface SnippetTabsProps {
  deploymentId: string;
  operation: string;
  body: Record<string, unknown>;
}

/** The playground's request as code to copy. */
export function SnippetTabs(props: SnippetTabsProps) {
  const { t } = useTranslation();
  const request = { origin: window.location.origin, ...props };
  const snippets = [
    { key: 'curl', label: 'curl', code: curlSnippet(request) },
    { key: 'typescript', label: 'TypeScript', code: typeScriptSnippet(request) },
    { key: 'python', label: 'Python', code: pythonSnippet(request) },
  ];
  return (
    <Card title={t('snippets.title')} hint={t('snippets.hint')}>
      <Tabs
        label={t('snippets.languages')}
        tabs={snippets.map(({ key, label, code }) => ({
          key,
          label,
          content: <CodeBlock label={label} code={code} testId={key} />,
        }))}
      />
    </Card>
  );
}
