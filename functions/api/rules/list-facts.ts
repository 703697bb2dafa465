import { operatorsOf } from "../../domain/judgment/conditions.ts";
import { factDerivations } from "../../domain/judgment/fact-derivations.ts";
import { factAt, factCatalogue } from "../../domain/judgment/facts.ts";
import { endpoint } from "../../http/endpoint.ts";
import { listFactsOperation } from "./operations.ts";

const items = factCatalogue.map((_, slot) => {
  const { words, type, ...fact } = factAt(slot);
  return {
    ...fact,
    type,
    derivation: factDerivations[fact.name],
    operators: operatorsOf[type],
    ...(words ? { values: Object.entries(words).map(([value, said]) => ({ value, ...said })) } : {}),
  };
});

export const listFactsEndpoint = endpoint(listFactsOperation, async () => ({ status: 200, body: { items } }));
