import { createContext, type FormEvent, type ReactNode, use, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/problem';
import { useTerms } from '../i18n/use-terms';
import { ProblemNotice } from './problem-notice';

const FieldErrors = createContext<Map<string, string>>(new Map());

/** What the API says about the field, by the path it has in the request, or about the first wrong entry of a list. */
export function useFieldError(path: string): string | undefined {
  const { t } = useTranslation();
  const terms = useTerms();
  const errors = use(FieldErrors);
  const own = errors.get(path);
  if (own !== undefined) return terms.sentences(own);
  const [entryPath, message] = [...errors].find(([each]) => each.startsWith(`${path}.`)) ?? [];
  const number = Number(entryPath?.slice(path.length + 1));
  return message && t('field.entry', { number: number + 1, message: terms.sentences(message) });
}

interface FormProps {
  onSubmit: (values: FormData) => void;
  /** The error of the last submission: shown above the buttons, and next to each field that it names. */
  error?: unknown;
  children: ReactNode;
  actions: ReactNode;
  /** One field with its button next to it. */
  isInline?: boolean;
}

/** A form whose fields check themselves by HTML constraints and report next to themselves, not in the browser's bubbles. */
export function Form({ onSubmit, error, children, actions, isInline }: FormProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit(new FormData(event.currentTarget));
  };
  const focusFirstInvalid = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const invalid = event.currentTarget.querySelector<HTMLElement>('input:invalid, select:invalid, textarea:invalid');
    unfold(invalid);
    invalid?.focus();
  };
  const fieldErrors = useMemo(() => {
    const errors = error instanceof ProblemError ? error.errors : [];
    return new Map(errors.map(({ path, message }) => [path, message]));
  }, [error]);
  const ref = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (fieldErrors.size > 0) ref.current?.querySelectorAll('[aria-invalid=true]').forEach(unfold);
  }, [fieldErrors]);
  return (
    <FieldErrors value={fieldErrors}>
      <form
        ref={ref}
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

/** A field that is wrong must be seen, also where it is folded away. */
function unfold(field: Element | null): void {
  field?.closest('details')?.setAttribute('open', '');
}
