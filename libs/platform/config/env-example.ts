import { configSchema } from './config.js';

/** The text of `.env.example`, from the schema's descriptions and defaults; nothing in it is needed to start. */
export function renderEnvExample(): string {
  const sections = Object.entries(configSchema.shape).map(([name, field]) => {
    const value = field.safeParse(undefined).data ?? '';
    return `${wrap(field.description!)}\n# ${name}=${value}\n`;
  });
  return `# Copy to .env and set what you need: npm start reads it. Unset, everything runs on this machine alone.\n\n${sections.join('\n')}`;
}

function wrap(text: string): string {
  return text.replace(/(.{1,110})(\s+|$)/g, '# $1\n').trimEnd();
}
