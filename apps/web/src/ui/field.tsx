import type { TFunction } from 'i18next';
import { type ComponentProps, type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { classNames } from './class-names';
import { useFieldError } from './form';

const CONTROL =
  'w-full rounded-md border border-line-strong bg-surface px-2.5 text-ink placeholder:text-muted aria-invalid:border-danger disabled:opacity-60';

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

interface FieldProps {
  label: string;
  /** Also the path of the field in the API's errors. */
  name: string;
  hint?: ReactNode;
}

export function TextField({ label, name, hint, className, ...rest }: FieldProps & ComponentProps<'input'>) {
  const { controlProps, frame } = useField(name, hint);
  return frame(label, <input {...rest} {...controlProps} className={classNames(CONTROL, 'h-9', className)} />);
}

export function SelectField({ label, name, hint, className, ...rest }: FieldProps & ComponentProps<'select'>) {
  const { controlProps, frame } = useField(name, hint);
  return frame(label, <select {...rest} {...controlProps} className={classNames(CONTROL, 'h-9', className)} />);
}

export function TextAreaField({ label, name, hint, className, ...rest }: FieldProps & ComponentProps<'textarea'>) {
  const { controlProps, frame } = useField(name, hint);
  return frame(
    label,
    <textarea rows={3} {...rest} {...controlProps} className={classNames(CONTROL, 'py-1.5', className)} />,
  );
}

/** Fields under one heading, such as a list of boxes to tick. */
export function FieldGroup({ label, name, hint, children }: Partial<FieldProps> & { children: ReactNode }) {
  const hintId = useId();
  const error = useFieldError(name ?? '');
  return (
    <fieldset aria-describedby={hint ? hintId : undefined}>
      <legend className="mb-1 font-medium">{label}</legend>
      {hint && (
        <p id={hintId} className="mb-1.5 text-xs text-muted">
          {hint}
        </p>
      )}
      <div className="space-y-1.5">{children}</div>
      {error && <p className="mt-1 text-xs text-danger">{error}</p>}
    </fieldset>
  );
}

export function CheckboxField({ label, hint, ...rest }: FieldProps & ComponentProps<'input'>) {
  const hintId = useId();
  return (
    <div>
      <label className="inline-flex min-h-6 items-center gap-2">
        <input
          {...rest}
          type="checkbox"
          aria-describedby={hint ? hintId : undefined}
          className="size-4 shrink-0 accent-accent"
        />
        {label}
      </label>
      {hint && (
        <p id={hintId} className="pl-6 text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

/** Wires a control to its label, its hint and its error, which is the browser's check or else the API's answer. */
function useField(name: string, hint: ReactNode) {
  const { t } = useTranslation();
  const id = useId();
  const answered = useFieldError(name);
  const [checked, setChecked] = useState<string>();
  const error = checked ?? answered;
  const describedBy = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  const controlProps = {
    id,
    name,
    'aria-invalid': error ? true : undefined,
    'aria-describedby': describedBy || undefined,
    onInvalid: ({ currentTarget }: { currentTarget: Control }) => setChecked(describeInvalid(currentTarget, t)),
    onInput: () => setChecked(undefined),
  };
  const frame = (label: string, control: ReactNode) => (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      {control}
      {error && (
        <p id={`${id}-error`} className="mt-1 text-xs text-danger">
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
  return { controlProps, frame };
}

/** The browser's own message is in the browser's language, which need not be the page's. */
function describeInvalid(control: Control, t: TFunction): string {
  const { validity } = control;
  if (validity.valueMissing) return t('field.required');
  if (!(control instanceof HTMLInputElement)) return t('field.wrong');
  if (validity.typeMismatch && control.type === 'email') return t('field.email');
  if (validity.typeMismatch && control.type === 'url') return t('field.url');
  if (validity.tooShort) return t('field.tooShort', { count: control.minLength });
  if (validity.rangeUnderflow && control.type === 'datetime-local') return t('field.past');
  if (validity.rangeUnderflow) return t('field.tooSmall', { min: control.min });
  if (validity.rangeOverflow) return t('field.tooLarge', { max: control.max });
  if (validity.stepMismatch) return t('field.wholeNumber');
  return t('field.wrong');
}
