import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './app/tokens.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { promptScreens } from './app/promptScreens';

// A start shows prompts, but for a link to elsewhere: they are loaded while the frame is drawn. Where that fails, the
// frame says so as it asks again.
if (/^\/(prompts|$)/.test(location.pathname)) promptScreens().catch(() => undefined);

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
