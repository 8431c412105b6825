import 'reflect-metadata';
import { makeOperator } from './make-operator.js';
import { runCommand, withDatabase } from './with-database.js';

// `npm run create-operator -- EMAIL`: makes an operator's account, or finds it, and prints a link by which its password is chosen.
await runCommand(async () => {
  const [, , email] = process.argv;
  if (!email) throw new Error('name the address: npm run create-operator -- you@example.com');
  if (process.env['DATABASE_URL'] && !process.env['KINDRED_SECRET'])
    throw new Error('set KINDRED_SECRET too: the link is signed with it.');
  return withDatabase(async (database, config) => {
    const token = await makeOperator(database, config, email);
    console.log(`${email} is an operator. Choose a password within an hour, by this link, which opens once:`);
    console.log(`${config.PUBLIC_URL}/reset-password#${token}`);
    return 0;
  });
});
