import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { passkeysStepUpOptions, stepUpStepUp, unwrap } from '../api/client';
import { askForPasskey } from '../api/passkeys';
import { onStepUp, type StepUpMethod } from '../api/step-up';
import { Button } from '../ui/button';
import { TextField } from '../ui/field';
import { FormDialog } from '../ui/form-dialog';
import { ProblemNotice } from '../ui/problem-notice';

interface Question {
  methods: StepUpMethod[];
  answer: (isShown: boolean) => void;
}

/** Asks whoever makes a call that wants a recent login to confirm that it is them; the call then goes on by itself. */
export function StepUp() {
  const [question, setQuestion] = useState<Question | null>(null);
  useEffect(() => onStepUp((methods) => new Promise((resolve) => setQuestion({ methods, answer: resolve }))), []);
  if (!question) return null;
  const end = (isShown: boolean) => {
    setQuestion(null);
    question.answer(isShown);
  };
  if (question.methods.length === 0) return <LogInAgainDialog onClose={() => end(false)} />;
  return <StepUpDialog methods={question.methods} onEnd={end} />;
}

/** For whoever has nothing to confirm it with, but a provider that logs them in. */
function LogInAgainDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const logIn = () => {
    const { pathname, search } = window.location;
    window.location.assign(`/login?${new URLSearchParams({ returnTo: pathname + search })}`);
  };
  return (
    <FormDialog
      title={t('stepUp.title')}
      submitLabel={t('stepUp.logIn')}
      onSubmit={logIn}
      onClose={onClose}
      isBusy={false}
      error={null}
    >
      <p>{t('stepUp.again')}</p>
    </FormDialog>
  );
}

function StepUpDialog({ methods, onEnd }: { methods: StepUpMethod[]; onEnd: (isShown: boolean) => void }) {
  const { t } = useTranslation();
  const hasPassword = methods.includes('password');
  const show = useMutation({
    mutationFn: (body: { password: string } | { code: string }) => unwrap(stepUpStepUp({ body })),
    onSuccess: () => onEnd(true),
  });
  const byPasskey = useMutation({
    mutationFn: async () => {
      const { options } = await unwrap(passkeysStepUpOptions());
      const passkey = await askForPasskey(options);
      return unwrap(stepUpStepUp({ body: { passkey: passkey as never } }));
    },
    onSuccess: () => onEnd(true),
  });
  return (
    <FormDialog
      title={t('stepUp.title')}
      submitLabel={t('stepUp.submit')}
      onSubmit={(values) =>
        show.mutate(hasPassword ? { password: String(values.get('password')) } : { code: String(values.get('code')) })
      }
      onClose={() => onEnd(false)}
      isBusy={show.isPending}
      error={show.error}
    >
      <p>{t('stepUp.text')}</p>
      {methods.includes('passkey') && (
        <Button isBusy={byPasskey.isPending} onClick={() => byPasskey.mutate()}>
          {t('stepUp.passkey')}
        </Button>
      )}
      {byPasskey.isError && <ProblemNotice error={byPasskey.error} />}
      {hasPassword ? (
        <TextField
          label={t('auth.password')}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
      ) : (
        <TextField
          label={t('security.code')}
          hint={t('security.codeHint')}
          name="code"
          autoComplete="one-time-code"
          required
        />
      )}
    </FormDialog>
  );
}
