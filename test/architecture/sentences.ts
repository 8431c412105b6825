import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** What stands where a text has a value. */
export const VALUE = '7';

/** A text of the sources, with the calls, properties, variables and functions around it, the innermost first. */
export interface Text {
  file: string;
  text: string;
  within: string[];
}

/** A `new Problem(…)`: its code, and all that it may say. */
export interface FoundProblem {
  file: string;
  code: string;
  details: string[];
}

const SENTENCE = /^["\p{Lu}\d].* .*[.!?]$/su;
/** A schema's or an error's word on one value, which begins in lower case and stands behind the value's name. */
const OF_FIELDS = new Set(['.refine', '.regex', 'message:', 'error:', '=message']);
/** Texts for the reference, for operators' logs, for mails, and of errors that no customer sees. */
const NOT_ON_SCREENS = new Set(
  (
    '.describe .meta @ summary: meaning: what: description: recipe .setDescription .warn .error .log .debug super text: ' +
    'new_Error new_ArtifactError new_RangeError new_TypeError ' +
    // Put together of parts; what comes of them is tested.
    'fn_explainChoice'
  )
    .split(' ')
    .map((name) => name.replace('_', ' ')),
);
/** Values that are sentences of their own, which are found where they are written. */
const OF_SENTENCES = /^(found|remedy|noSentiment|LIVE_VERSIONS_SAFE|AS_IT_WAS)$/;

const sources = globSync([
  'libs/{features,models}/**/*.ts',
  'libs/platform/{http,errors,one-time-links}/*.ts',
  'apps/{api,worker}/*.ts',
])
  .filter((file) => !/\.spec\.ts$|conformance|notifications\/(texts|render-mail)|invoices\/invoice-texts/.test(file))
  .map((file) => ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));

/** The texts that an expression may have; values in them are {@link VALUE}. */
function textsOf(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(
      ({ expression, literal }) => (OF_SENTENCES.test(expression.getText()) ? '' : VALUE) + literal.text,
    );
    return [node.head.text + spans.join('')];
  }
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isBinaryExpression(node)) {
    return textsOf(node.left).flatMap((left) => textsOf(node.right).map((right) => left + right));
  }
  return [];
}

function nameOf(node: ts.Node): string | null {
  if (ts.isCallExpression(node)) {
    const called = node.expression;
    return ts.isPropertyAccessExpression(called) ? `.${called.name.text}` : called.getText();
  }
  if (ts.isNewExpression(node)) return `new ${node.expression.getText()}`;
  if (ts.isPropertyAssignment(node)) return `${node.name.getText()}:`;
  if (ts.isVariableDeclaration(node)) return `=${node.name.getText()}`;
  if (ts.isDecorator(node)) return '@';
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return `fn ${node.name?.getText()}`;
  return null;
}

function surroundings(node: ts.Node): string[] {
  const names: string[] = [];
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) {
    const name = nameOf(at);
    if (name) names.push(name);
  }
  return names;
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

const isText = (node: ts.Node) =>
  ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isBinaryExpression(node);

/** Every literal text; what is put together of several is one. */
const texts: Text[] = sources.flatMap((source) => {
  const found: Text[] = [];
  walk(source, (node) => {
    if (!isText(node) || ts.isBinaryExpression(node.parent)) return;
    for (const text of textsOf(node)) {
      found.push({ file: source.fileName, text: text.trim().replaceAll('  ', ' '), within: surroundings(node) });
    }
  });
  return found;
});

/** What a property of that name may be. */
export const valuesOf = (property: string): string[] => [
  ...new Set(texts.filter(({ within }) => within[0] === `${property}:`).map(({ text }) => text)),
];

/** Whole sentences that the API or a worker may say to a customer, but for those of {@link problems}. */
export const sentences = texts.filter(
  ({ text, within }) =>
    SENTENCE.test(text) && !within.includes('new Problem') && !within.some((name) => NOT_ON_SCREENS.has(name)),
);

/** What a schema, or a check of a service, says of one value. */
export const ofFields = texts.filter(
  ({ file, text, within }) =>
    (file.endsWith('/plain-words.ts') && /[a-z] /.test(text)) ||
    (/^[a-z].* /.test(text) && within.slice(0, 2).some((name) => OF_FIELDS.has(name)) && !within.includes('.meta')),
);

export const problems: FoundProblem[] = sources.flatMap((source) => {
  const found: FoundProblem[] = [];
  walk(source, (node) => {
    if (!ts.isNewExpression(node) || node.expression.getText() !== 'Problem') return;
    const [, code, detail] = node.arguments!;
    if (ts.isStringLiteral(code!)) found.push({ file: source.fileName, code: code.text, details: textsOf(detail!) });
  });
  return found;
});

/** First arguments of calls of that name, such as the nouns of what is not found. */
export function argumentsOf(name: string): string[] {
  const found = new Set<string>();
  for (const source of sources) {
    walk(source, (node) => {
      if (!ts.isCallExpression(node) || node.expression.getText() !== name) return;
      for (const text of textsOf(node.arguments[0]!)) found.add(text);
    });
  }
  return [...found];
}
