import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import ts from 'typescript';

/** As much of it as says which parameters there are. */
export interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

interface Call {
  params: ts.Type | undefined;
  answer: ts.Type;
  isList: boolean;
}

/**
 * What stripe-node's own types say of a call, as JSON Schema: walked by the compiler from the installed package when a test asks, so
 * that nothing is vendored and an update of the package updates the checks. Texts that are open for the future (`OtherString`) are
 * held to those that are known, and what a type does not know may not be there.
 */
export class StripeSchemas {
  private readonly checker: ts.TypeChecker;
  private readonly stripe: ts.Symbol;
  private readonly place: ts.SourceFile;
  private readonly ajv = new Ajv({ strict: false, allErrors: true });
  private readonly types: ts.Type[] = [];
  private readonly ids = new Map<ts.Type, number>();
  private readonly compiled = new Map<string, ValidateFunction>();
  private readonly validators = new Map<number, ValidateFunction>();
  private readonly event: ts.Type;
  private readonly events = new Map<string, ts.Type>();

  constructor() {
    const main = createRequire(import.meta.url).resolve('stripe');
    const file = path.join(path.dirname(main), '../esm/stripe.esm.node.d.ts');
    const program = ts.createProgram([file], {
      lib: ['lib.es2024.d.ts'],
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.NodeNext,
      strict: true,
      skipLibCheck: true,
      types: [],
    });
    this.checker = program.getTypeChecker();
    this.place = program.getSourceFile(file)!;
    const exported = this.checker.getExportsOfModule(this.checker.getSymbolAtLocation(this.place)!);
    this.stripe = exported.find(({ name }) => name === 'Stripe')!;
    const checker = this.checker;
    const event = this.resolve(this.stripe.exports!.get('Event' as ts.__String)!);
    this.event = checker.getDeclaredTypeOfSymbol(event);
    for (const member of (this.event as ts.UnionType).types) {
      const type = checker.getTypeOfSymbolAtLocation(member.getProperty('type')!, this.place);
      if (type.isStringLiteral()) this.events.set(type.value, member);
    }
    // Types name each other without end: each is compiled when a value first needs it.
    const validate = (id: number, data: unknown): boolean => {
      const validator = this.validatorOf(id);
      const isValid = validator(data);
      Object.assign(validate, { errors: validator.errors });
      return isValid;
    };
    this.ajv.addKeyword({ keyword: 'typeId', errors: 'full', validate: validate as never });
    const validateEvent = (_: true, data: { type: string }): boolean => {
      const errors = this.wrongEvent(data).map((message) => ({ message: `${data.type}: ${message}`, params: {} }));
      Object.assign(validateEvent, { errors });
      return errors.length === 0;
    };
    this.ajv.addKeyword({ keyword: 'isEvent', errors: 'full', validate: validateEvent as never });
  }

  /** What is wrong with the parameters of a call such as `invoices.pay`; empty where nothing is. */
  wrongParams(method: string, params: unknown): string[] {
    const { params: type } = this.callOf(method);
    if (!type) throw new Error(`${method} takes no parameters.`);
    return this.wrong(this.schemaOf(type), params);
  }

  wrongAnswer(method: string, answer: unknown): string[] {
    const { answer: type, isList } = this.callOf(method);
    if (!isList) return this.wrong(this.schemaOf(type), answer);
    const { object, data, has_more, url, ...rest } = answer as Record<string, unknown>;
    const isPage = object === 'list' && typeof has_more === 'boolean' && typeof url === 'string';
    if (!isPage || Object.keys(rest).length > 0) return ['is not a page of a list'];
    return this.wrong({ type: 'array', items: this.schemaOf(type) }, data);
  }

  wrongEvent(event: { type: string }): string[] {
    const type = this.events.get(event.type);
    if (!type) return [`Stripe has no event ${event.type}`];
    return this.wrong(this.schemaOf(type), event);
  }

  /** How many ids a call takes before its parameters; undefined where it is no call. */
  idsOf(method: string): number | undefined {
    const signature = this.typeOf(method)?.getCallSignatures()[0];
    const isId = (symbol: ts.Symbol) =>
      this.checker.getTypeOfSymbolAtLocation(symbol, this.place).flags & ts.TypeFlags.String;
    return signature?.getParameters().filter(isId).length;
  }

  /** Which of these parameters, as JSON Schema, a call does not take: `items[].prize`. */
  unknownParams(method: string, schema: JsonSchema): string[] {
    const { params } = this.callOf(method);
    if (!params) return Object.keys(schema.properties ?? {});
    return this.unknownIn(params, schema, '');
  }

  private unknownIn(type: ts.Type, schema: JsonSchema, where: string): string[] {
    const branches = (schema.anyOf ?? []).flatMap((each) => this.unknownIn(type, each, where));
    const members = type.isUnion() ? type.types : [type];
    if (schema.items) {
      const list = members.find((each) => this.checker.isArrayType(each)) as ts.TypeReference | undefined;
      if (!list) return [...branches, where];
      return [...branches, ...this.unknownIn(this.checker.getTypeArguments(list)[0]!, schema.items, `${where}[]`)];
    }
    const inside = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
      const at = where ? `${where}.${name}` : name;
      const property = members.map((each) => this.checker.getPropertyOfType(each, name)).find(Boolean);
      if (!property) return [at];
      return this.unknownIn(this.checker.getTypeOfSymbolAtLocation(property, this.place), inner, at);
    });
    return [...branches, ...inside];
  }

  private wrong(schema: object, value: unknown): string[] {
    // As it goes over the wire: exact decimals become text, and what is undefined is not there.
    const plain = JSON.parse(JSON.stringify(value ?? null));
    const validator = this.compile(schema);
    if (validator(plain)) return [];
    const found = validator.errors!.map((error) => {
      const detail = JSON.stringify(error.params['additionalProperty'] ?? error.params['allowedValues'] ?? '');
      return `${error.instancePath} ${error.message} ${detail}`;
    });
    // Alternatives are all complained of: what lies deepest is what is meant.
    return [...new Set(found)].sort((a, b) => b.split('/').length - a.split('/').length).slice(0, 12);
  }

  private compile(schema: object): ValidateFunction {
    const key = JSON.stringify(schema);
    const made = this.compiled.get(key) ?? this.ajv.compile(schema);
    this.compiled.set(key, made);
    return made;
  }

  private validatorOf(id: number): ValidateFunction {
    const known = this.validators.get(id);
    if (known) return known;
    const made = this.compile(this.objectSchema(this.types[id]!));
    this.validators.set(id, made);
    return made;
  }

  /** `subscriptions.create`, `testHelpers.testClocks.advance` … */
  private callOf(method: string): Call {
    const { checker } = this;
    const type = this.typeOf(method);
    if (!type) throw new Error(`stripe-node has no ${method}.`);
    const signature = type.getCallSignatures()[0]!;
    const params = signature.getParameters().find(({ name }) => name === 'params');
    const promise = signature.getReturnType();
    const [inner] = checker.getTypeArguments(promise as ts.TypeReference);
    const isList = promise.symbol.name === 'ApiListPromise';
    // Response<T> is T and what is known of the HTTP response.
    const answer = inner!.isIntersection() ? inner!.types[0]! : this.withoutResponse(inner!);
    return { params: params && checker.getTypeOfSymbolAtLocation(params, this.place), answer, isList };
  }

  private typeOf(method: string): ts.Type | undefined {
    let type: ts.Type = this.checker.getDeclaredTypeOfSymbol(this.stripe);
    for (const name of method.split('.')) {
      const property = this.checker.getPropertyOfType(type, name);
      if (!property) return undefined;
      type = this.checker.getTypeOfSymbolAtLocation(property, this.place);
    }
    return type;
  }

  /** Response<A | B> is distributed over its members. */
  private withoutResponse(type: ts.Type): ts.Type {
    const [argument] = type.aliasTypeArguments ?? [];
    return type.aliasSymbol?.name === 'Response' && argument ? argument : type;
  }

  private schemaOf(type: ts.Type): object {
    const { flags } = type;
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (flags & (ts.TypeFlags.Void | ts.TypeFlags.Undefined | ts.TypeFlags.Never)) return { not: {} };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.String) return { type: 'string' };
    if (flags & ts.TypeFlags.Number) return { type: 'number' };
    if (flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    // Of its hundreds of members only the one that it says it is can fit.
    if (type === this.event) return { isEvent: true };
    if (type.isUnion()) return this.unionSchema(type.types);
    // A class in a program, a text on the wire.
    if (type.aliasSymbol?.name === 'Decimal') return { type: 'string' };
    if (type.isIntersection()) {
      if (isOtherString(type)) return { type: 'string' };
      return { allOf: type.types.map((each) => this.schemaOf(each)) };
    }
    if (this.checker.isArrayType(type)) {
      return { type: 'array', items: this.schemaOf(this.checker.getTypeArguments(type as ts.TypeReference)[0]!) };
    }
    const id = this.ids.get(type) ?? this.types.push(type) - 1;
    this.ids.set(type, id);
    return { type: 'object', typeId: id };
  }

  private unionSchema(types: ts.Type[]): object {
    const literals = types.filter((type) => type.isStringLiteral());
    const isOpen = literals.length > 0;
    const others = types.filter(
      (type) => !type.isStringLiteral() && !(type.flags & ts.TypeFlags.Undefined) && !(isOpen && isOtherString(type)),
    );
    const schemas = others.map((type) => this.schemaOf(type));
    if (isOpen) schemas.push({ enum: literals.map((type) => (type as ts.StringLiteralType).value) });
    return schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
  }

  private objectSchema(type: ts.Type): object {
    const properties: Record<string, object> = {};
    const required: string[] = [];
    for (const property of this.checker.getPropertiesOfType(type)) {
      const of = this.checker.getTypeOfSymbolAtLocation(property, this.place);
      if (of.flags & ts.TypeFlags.Void) continue;
      properties[property.name] = this.schemaOf(of);
      if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
    }
    const index = this.checker.getIndexTypeOfType(type, ts.IndexKind.String);
    const isBare = Object.keys(properties).length === 0;
    return {
      type: 'object',
      properties,
      required,
      additionalProperties: index ? this.schemaOf(index) : isBare,
    };
  }

  private resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }
}

/** `string & Record<never, never>` */
function isOtherString(type: ts.Type): boolean {
  return type.isIntersection() && type.types.some(({ flags }) => flags & ts.TypeFlags.String);
}
