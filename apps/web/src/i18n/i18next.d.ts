import 'i18next';
import type en from './en.json';
import type operator from './operator.en.json';

// Makes a key that does not exist a type error.
declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en & typeof operator };
  }
}
