/** How calls are written, decision after decision: the same walk learns from a target and generates. */

import type { Json, ToolCall } from '../contract/dialogue.ts';
import { listArguments } from './argument-features.ts';
import type { CandidateSet } from './candidates.ts';
import type { EncodedPrompt } from './encode.ts';
import {
  type Form,
  FORMS,
  listForms,
  listItemChoice,
  listTruths,
  TRUTHS,
} from './form-features.ts';
import { hashText, mix } from './hashing.ts';
import type { Model } from './model.ts';
import { readNumber } from './numbers.ts';
import { lowerAt, segmentAt } from './source.ts';
import { createSlot, readSlots, type SlotCard } from './tool-card.ts';
import { listTools } from './tool-features.ts';
import { listTokens } from './token-features.ts';
import { ValueState } from './value-state.ts';

/** Takes the decisions: by a target's script, greedily, or by lot. */
export interface Guide {
  /** One of the candidates' outcomes. */
  choose(candidates: CandidateSet): number;
}

export function walkCalls(model: Model, prompt: EncodedPrompt, guide: Guide): ToolCall[] {
  return new Walk(model, prompt, guide).writeCalls();
}

class Walk {
  private readonly model: Model;
  private readonly prompt: EncodedPrompt;
  private readonly guide: Guide;
  /** Positions that this turn's values were copied from. */
  private readonly used = new Set<number>();
  /** Where the latest value's copy ended. */
  private copiedFrom: number[] = [];

  constructor(model: Model, prompt: EncodedPrompt, guide: Guide) {
    this.model = model;
    this.prompt = prompt;
    this.guide = guide;
  }

  writeCalls(): ToolCall[] {
    const { model, prompt } = this;
    const calls: ToolCall[] = [];
    const made: number[] = [];
    for (;;) {
      listTools(model.candidates, prompt, made, model);
      if (model.candidates.count === 0) return calls;
      const outcome = this.choose();
      if (outcome === model.end) return calls;
      const name = model.symbols.text(outcome);
      const hash = hashText(name);
      const slots = prompt.tools.find((tool) => tool.name === name)?.slots ?? [];
      calls.push({ name, arguments: this.writeArguments(name, hash, slots) });
      made.push(hash);
    }
  }

  private choose(): number {
    return this.guide.choose(this.model.candidates);
  }

  /** `owner` is the tool (or the slot of the object) that they belong to. */
  private writeArguments(
    owner: string,
    ownerHash: number,
    listed: readonly SlotCard[],
  ): Record<string, Json> {
    const { model } = this;
    const given: [string, Json][] = [];
    let open = withUnlisted(owner, ownerHash, listed, model);
    let before = 0;
    for (;;) {
      listArguments(model.candidates, this.prompt, { owner: ownerHash, open, before }, model);
      const outcome = this.choose();
      const at = open.findIndex((slot) => slot.name === model.symbols.text(outcome));
      const slot = open[at];
      if (outcome === model.end || !slot) return Object.fromEntries(given);
      given.push([slot.name, this.writeValue(slot, ownerHash)]);
      open = open.slice(at + 1);
      before = slot.hash;
    }
  }

  private writeValue(slot: SlotCard, owner: number): Json {
    const { model } = this;
    listForms(model.candidates, slot, model);
    const form = formNamed(model.symbols.text(this.choose()));
    switch (form) {
      case 'null':
        return null;
      case 'boolean':
        listTruths(model.candidates, this.prompt, slot, model);
        return model.symbols.text(this.choose()) === TRUTHS[0];
      case 'array':
        return this.writeItems(slot, owner);
      case 'object':
        return this.writeArguments(slot.name, slot.fullHash, readSlots(slot.schema, slot.fullHash));
      case 'string':
        return this.writeText(slot, form);
      case 'integer':
      case 'number':
        return readNumber(this.writeText(slot, form));
    }
  }

  private writeItems(slot: SlotCard, owner: number): Json[] {
    const { model } = this;
    const itemSlot = createSlot(slot.name, slot.schema.items ?? {}, owner, true);
    const items: Json[] = [];
    for (;;) {
      const list = { length: items.length, following: this.followingHashes() };
      listItemChoice(model.candidates, slot, list, model);
      if (this.choose() === model.end) return items;
      items.push(this.writeValue(itemSlot, owner));
    }
  }

  private followingHashes(): number[] {
    const { source } = this.prompt;
    const hashes = this.copiedFrom.map((position) => {
      return lowerAt(source, position + 1, segmentAt(source, position));
    });
    return [...new Set(hashes)];
  }

  private writeText(slot: SlotCard, kind: 'string' | 'integer' | 'number'): string {
    const { model, prompt, used } = this;
    const state = new ValueState(slot, prompt.source, model.symbols);
    const copied: number[] = [];
    for (;;) {
      listTokens(model.candidates, state, { prompt, model, used, kind });
      const outcome = this.choose();
      if (outcome === model.end) break;
      state.write(outcome);
      copied.push(...state.aligned.slice(0, 1));
    }
    for (const position of copied) used.add(position);
    this.copiedFrom = state.aligned;
    return state.text;
  }
}

/** The schema's slots, then in alphabetical order those that were learned though no schema lists them. */
function withUnlisted(
  owner: string,
  ownerHash: number,
  listed: readonly SlotCard[],
  model: Model,
): SlotCard[] {
  const names = new Set(listed.map((slot) => slot.name));
  const learned = [...(model.lexicon.unlisted.get(owner) ?? [])].filter((name) => !names.has(name));
  return [
    ...listed,
    ...learned.toSorted().map((name) => createSlot(name, {}, mix(ownerHash, 0), false)),
  ];
}

function formNamed(text: string): Form {
  const form = FORMS.find((known) => known === text);
  if (!form) throw new RangeError(`no form '${text}'`);
  return form;
}
