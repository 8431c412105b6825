import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startLanguage } from './i18n/i18n';
import { queryClient, router } from './router';
import { followSystemTheme } from './shell/theme';
import './styles.css';

followSystemTheme();
// The page's code comes at the same time as its words.
void router.load();
await startLanguage();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
