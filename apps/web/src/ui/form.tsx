import {
  createContext,
  type FormEvent,
  type ReactNode,
  use,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/problem';
import { useTerms } from '../i18n/use-terms';
import { ProblemNotice } from './problem-notice';

interface Answer {
  /** What the API says, by paths of the request. */
  errors: Map<string, string>;
  /** Paths of the fields that are there. */
  fields: Set<string>;
}

const NOTHING: Answer = { errors: new Map(), fields: new Set() };
const AnswerContext = createContext(NOTHING);

/** What the API says about the field, by the path it has in the request, or about the first wrong entry of a list. */
export function useFieldError(path: string): string | undefined {
  const { t } = useTranslation();
  const terms = useTerms();
  const { errors, fields } = use(AnswerContext);
  useLayoutEffect(() => {
    fields.add(path);
    return () => void fields.delete(path);
  }, [fields, path]);
  const own = errors.get(path);
  if (own !== undefined) return asSentence(terms.sentences(own));
  const [entryPath, message] = [...errors].find(([each]) => each.startsWith(`${path}.`)) ?? [];
  const number = Number(entryPath?.slice(path.length + 1));
  return message && t('field.entry', { number: number + 1, message: terms.sentences(message) });
}

interface FormProps {
  onSubmit: (values: FormData) => void;
  /** The error of the last submission: shown at each field that it names, and above the buttons as far as it names none. */
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
  const [fields] = useState(() => new Set<string>());
  const answer = useMemo(() => ({ errors: fieldErrors, fields }), [fieldErrors, fields]);
  // The fields have said which they are by the time that something is sent.
  const rest = withoutFields(error, fields);
  const ref = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (fieldErrors.size === 0) return;
    const wrong = ref.current!.querySelectorAll<HTMLElement>('[aria-invalid=true]');
    wrong.forEach(unfold);
    // Which reads what is wrong with it.
    wrong[0]?.focus();
  }, [fieldErrors]);
  return (
    <AnswerContext value={answer}>
      <form
        ref={ref}
        onSubmit={submit}
        onInvalid={focusFirstInvalid}
        className={isInline ? 'flex flex-wrap items-end gap-2' : 'space-y-4'}
      >
        {children}
        {rest != null && <ProblemNotice error={rest} />}
        <div className={isInline ? undefined : 'flex flex-wrap justify-end gap-2 pt-1'}>{actions}</div>
      </form>
    </AnswerContext>
  );
}

/** What of an error no field of the form says; null where they say all of it. */
function withoutFields(error: unknown, fields: Set<string>): unknown {
  if (!(error instanceof ProblemError) || error.errors.length === 0) return error;
  const isAtField = (path: string) => [...fields].some((field) => path === field || path.startsWith(`${field}.`));
  const others = error.errors.filter(({ path }) => !isAtField(path));
  if (others.length === 0) return null;
  if (others.length === error.errors.length) return error;
  const detail = others.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new ProblemError(error.status, error.code, detail, error.requestId, others);
}

/** The API's messages go on from the name of the field. */
const asSentence = (message: string) => message.charAt(0).toUpperCase() + message.slice(1);

/** A field that is wrong must be seen, also where it is folded away. */
function unfold(field: Element | null): void {
  field?.closest('details')?.setAttribute('open', '');
}
