import request from 'supertest';
import { expect, it } from 'vitest';
import { startApi } from '../factories/api.js';

// In a file of its own: passport keeps its strategies in one registry per process, so two APIs in one would share them.
it('S18: gives a Secure __Host- session cookie where the platform is served over https', async () => {
  const api = await startApi({ PUBLIC_URL: 'https://kindred.example' });
  try {
    const body = { email: `secure-${Date.now()}@example.com`, password: 'long enough', organizationName: 'X' };
    await request(api.url).post('/v1/auth/signup').send(body).expect(202);
    const { headers } = await request(api.url).post('/v1/auth/login').send(body).expect(200);
    const cookie = String(headers['set-cookie']);
    expect(cookie).toMatch(/^__Host-kindred_session=.*; Path=\/; HttpOnly; Secure; SameSite=Lax/);
    await request(api.url).get('/v1/me').set('cookie', cookie.split(';', 1)[0]!).expect(200);
  } finally {
    await api.close();
  }
});
