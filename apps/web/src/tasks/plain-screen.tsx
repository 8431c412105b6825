import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Card } from '../ui/card';
import { CodeBlock } from '../ui/code-block';
import { TextAreaField } from '../ui/field';
import { exampleOf } from './example-of';
import type { FieldsProps, OperationScreen, Request } from './task';

/** JSON in, JSON out: for a task that has no screens of its own yet. */
export const plainScreen = (schema: Record<string, unknown>): OperationScreen => ({
  initial: exampleOf(schema),
  toExample: (request) => request,
  Fields: PlainFields,
  Answer: PlainAnswer,
  texts: { submit: 'tasks.plain.submit', emptyTitle: 'tasks.plain.emptyTitle', emptyText: 'tasks.plain.emptyText' },
});

function PlainFields({ request, onRequest }: FieldsProps<Request>) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => format(request));
  return (
    <TextAreaField
      label={t('tasks.plain.request')}
      name="request"
      hint={t('tasks.plain.requestHint')}
      value={text}
      onChange={({ target }) => {
        setText(target.value);
        const parsed = parse(target.value);
        // Keeps the form from being sent; the field says what is wrong.
        target.setCustomValidity(parsed ? '' : 'JSON');
        if (parsed) onRequest(parsed);
      }}
      rows={10}
      className="font-mono"
      spellCheck={false}
      required
    />
  );
}

function PlainAnswer({ answer }: { answer: unknown }) {
  const { t } = useTranslation();
  return (
    <Card title={t('playground.answer')}>
      <CodeBlock label={t('playground.answer')} code={format(answer)} testId="answer" />
    </Card>
  );
}

const format = (value: unknown) => JSON.stringify(value, null, 2);

/** Null for what is not the text of a JSON object. */
function parse(text: string): Request | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Request) : null;
  } catch {
    return null;
  }
}
