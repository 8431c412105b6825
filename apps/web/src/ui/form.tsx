import { createContext, type FormEvent, type ReactNode, use, useMemo } from 'react';
import { ProblemError } from '../api/problem';
import { ProblemNotice } from './problem-notice';

const FieldErrors = createContext<Map<string, string>>(new Map());

/** What the API says about the field, by the path it has in the request. */
export function useFieldError(path: string): string | undefined {
  return use(FieldErrors).get(path);
}

interface FormProps {
  onSubmit: (values: FormData) => void;
  /** Of the last submission: shown above the buttons, and beside each field that it names. */
  error?: unknown;
  children: ReactNode;
  actions: ReactNode;
  /** One field with its button beside it. */
  isInline?: boolean;
}

/** A form whose fields check themselves by HTML constraints and report beside themselves, not in the browser's bubbles. */
export function Form({ onSubmit, error, children, actions, isInline }: FormProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit(new FormData(event.currentTarget));
  };
  const focusFirstInvalid = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    event.currentTarget.querySelector<HTMLElement>('input:invalid, select:invalid')?.focus();
  };
  const fieldErrors = useMemo(() => {
    const errors = error instanceof ProblemError ? error.errors : [];
    return new Map(errors.map(({ path, message }) => [path, message]));
  }, [error]);
  return (
    <FieldErrors value={fieldErrors}>
      <form
        onSubmit={submit}
        onInvalid={focusFirstInvalid}
        className={isInline ? 'flex flex-wrap items-end gap-2' : 'space-y-4'}
      >
        {children}
        {error != null && <ProblemNotice error={error} />}
        <div className={isInline ? undefined : 'flex flex-wrap justify-end gap-2 pt-1'}>{actions}</div>
      </form>
    </FieldErrors>
  );
}
