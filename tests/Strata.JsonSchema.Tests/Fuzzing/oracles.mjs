// Verdicts of Ajv and Hyperjump. Each line in is {"schema": …, "instances": […]}; each line out is {"ajv": […], "hyperjump": […]},
// with null for whatever an engine refuses or fails to answer. The first argument is the folder that holds node_modules.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const load = createRequire(process.argv[2] + "/");
const { default: Ajv } = await import(pathToFileURL(load.resolve("ajv/dist/2020.js")));
const { registerSchema, unregisterSchema, validate } = await import(pathToFileURL(load.resolve("@hyperjump/json-schema/draft-2020-12")));

function ajv({ schema, instances }) {
  try {
    const check = new Ajv.default({ strict: false, logger: false, ownProperties: true, validateFormats: false }).compile(schema);
    return instances.map(instance => {
      try {
        return check(instance);
      } catch {
        return null;
      }
    });
  } catch {
    return instances.map(() => null);
  }
}

async function hyperjump({ schema, instances }, id) {
  try {
    registerSchema(schema, id, "https://json-schema.org/draft/2020-12/schema");
    const check = await validate(id);
    return instances.map(instance => {
      try {
        return check(instance).valid;
      } catch {
        return null;
      }
    });
  } catch {
    return instances.map(() => null);
  } finally {
    unregisterSchema(id);
  }
}

let number = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const test = JSON.parse(line);
  console.log(JSON.stringify({ ajv: ajv(test), hyperjump: await hyperjump(test, `https://example.com/${number++}`) }));
}
