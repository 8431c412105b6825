import { useMutation } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { callDeployment, type Deployment } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { CodeBlock } from '../../ui/code-block';
import { ProblemNotice } from '../../ui/problem-notice';
import { Tabs } from '../../ui/tabs';
import { TextLink } from '../../ui/text-link';
import { curlSnippet, pythonSnippet, typeScriptSnippet } from './snippets';

interface ConnectCardProps {
  deployment: Deployment;
  operation: string;
  body: Record<string, unknown>;
}

/** The playground's request as code to copy, and what it answers. */
export function ConnectCard({ deployment: { id: deploymentId, projectId }, operation, body }: ConnectCardProps) {
  const { t } = useTranslation();
  const request = { origin: window.location.origin, deploymentId, operation, body };
  const snippets = [
    { key: 'curl', label: 'curl', code: curlSnippet(request) },
    { key: 'typescript', label: 'TypeScript', code: typeScriptSnippet(request) },
    { key: 'python', label: 'Python', code: pythonSnippet(request) },
  ];
  const call = useMutation({ mutationFn: () => callDeployment(deploymentId, operation, body) });
  return (
    <Card
      title={t('snippets.title')}
      hint={t('snippets.hint')}
      actions={
        <TextLink to="/projects/$projectId/api-keys" params={{ projectId }}>
          {t('snippets.keys')}
        </TextLink>
      }
    >
      <div className="space-y-5">
        <Tabs
          label={t('snippets.languages')}
          tabs={snippets.map(({ key, label, code }) => ({
            key,
            label,
            content: <CodeBlock label={label} code={code} testId={key} />,
          }))}
        />
        <div className="space-y-3">
          <div className="flex flex-wrap items-center gap-3">
            <Button isBusy={call.isPending} onClick={() => call.mutate()}>
              {!call.isPending && <Play aria-hidden />}
              {t('snippets.run')}
            </Button>
            <p className="text-muted">{t('snippets.runHint')}</p>
          </div>
          {call.isError && <ProblemNotice error={call.error} />}
          {call.isSuccess && (
            <CodeBlock label={t('playground.answer')} code={JSON.stringify(call.data, null, 2)} testId="answer" />
          )}
        </div>
      </div>
    </Card>
  );
}
