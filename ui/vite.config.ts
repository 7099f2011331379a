import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The host to work against: `formaops serve`, whose token opens the page at `http://127.0.0.1:1420/#t=…`.
const host = 'http://127.0.0.1:4173';

export default defineConfig({
  plugins: [react()],
  // The content security policy refuses fonts that are written into the style sheet.
  build: { target: 'es2022', sourcemap: false, chunkSizeWarningLimit: 2000, assetsInlineLimit: 0 },
  server: {
    port: 1420,
    strictPort: true,
    // The notices of third parties are an asset of the whole project.
    fs: { allow: ['..'] },
    // The host answers its own name only.
    proxy: { '/api': { target: host, changeOrigin: true, headers: { origin: host } } },
  },
});
