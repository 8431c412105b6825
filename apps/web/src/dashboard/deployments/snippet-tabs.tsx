import { useTranslation } from 'react-i18next';
import { Card } from '../../ui/card';
import { CodeBlock } from '../../ui/code-block';
import { Tabs } from '../../ui/tabs';
import { curlSnippet, pythonSnippet, type RecommendInput, typeScriptSnippet } from './snippets';

const EXAMPLE_USER = 'user-1';

/** The playground's request as code to copy. */
export function SnippetTabs({ deploymentId, input }: { deploymentId: string; input: RecommendInput }) {
  const { t } = useTranslation();
  const body = { ...input, userId: input.userId || EXAMPLE_USER };
  const request = { origin: window.location.origin, deploymentId, body };
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
