/**
 * What a rule asks of source, destination and service, as pieces of matches. The pieces of a condition or service are made once, for all rules
 * that have it.
 */
import { remember } from "../../remember.js";
import type { Family } from "../../space/address.js";
import type { EndSet } from "../../space/ends.js";
import { pieceKey } from "./combine.js";
import type { Dimensions } from "./combine.js";
import { bitsAre, makeMatch } from "./flow.js";
import { anything, familyBits, prefixTextFragment, serviceFragments } from "./fragments.js";
import type { Fragment } from "./fragments.js";
import type { Condition, Program, ProgramRule } from "./program.js";
import { classWords, registers } from "./registers.js";

type Side = "source" | "destination";

/** The pieces of a dimension, and the families of packets that can meet one of them, as bits. */
interface Pieces {
  readonly list: readonly Fragment[];
  readonly families: number;
}

/** Gives for each rule of a program the pieces of its dimensions, without those that no packet can meet together with pieces of the others. */
export function piecesOfRules(program: Program): (rule: ProgramRule) => Dimensions {
  const ofCondition = {
    source: remember((at: number) => piecesOf(conditionFragments(program, program.conditions[at], "source"))),
    destination: remember((at: number) => piecesOf(conditionFragments(program, program.conditions[at], "destination"))),
  };
  const ofService = [0, 1, 2, 3].map((families) => remember((at: number) => piecesOf(serviceFragments(program.services[at], families))));
  const ofEnds = (conditions: readonly number[], side: Side): Pieces =>
    conditions.length === 1 ? ofCondition[side](conditions[0]) : united(conditions.map(ofCondition[side]));
  return (rule) => {
    const source = ofEnds(rule.source, "source");
    const destination = ofEnds(rule.destination, "destination");
    const service = ofService[source.families & destination.families](rule.service);
    const families = source.families & destination.families & service.families;
    return families === 0 ? [] : [living(source, families), living(destination, families), service.list];
  };
}

function piecesOf(list: readonly Fragment[]): Pieces {
  let families = 0;
  for (const { family } of list) families |= familyBits(family);
  return { list, families };
}

/** Each piece once. */
function united(parts: readonly Pieces[]): Pieces {
  return piecesOf([...new Map(parts.flatMap(({ list }) => list).map((piece) => [pieceKey(piece), piece])).values()]);
}

/** The pieces that packets of these families can meet. */
function living({ list, families }: Pieces, wanted: number): readonly Fragment[] {
  return families === wanted ? list : list.filter(({ family }) => (familyBits(family) & wanted) !== 0);
}

function conditionFragments(program: Program, condition: Condition, side: Side): readonly Fragment[] {
  const members = side === "source" ? registers.sourceMembers : registers.destinationMembers;
  switch (condition.kind) {
    case "every":
      return [anything];
    case "world":
      return [{ match: bitsAre(members, 0) }];
    case "class": {
      const { dimension, value, include } = program.classes[condition.class];
      const { word, offset, width } = program.dimensions[dimension];
      return [{ ...onlyFamily(include), match: bitsAre({ field: classWords[side][word], offset, width }, value) }];
    }
    case "addresses": {
      const prefixes = condition.prefixes.map((prefix) => prefixTextFragment(prefix, side));
      if (condition.members === undefined) return prefixes;
      return condition.members.flatMap((id) => prefixes.map(({ family, match }) => ({ family, match: makeMatch(bitsAre(members, id), match) })));
    }
  }
}

/**
 * The family of a class whose ends all have one. Rules are told apart by that too, so it has to be in their matches: without it a
 * clause that no packet can complete might equal a flow of another rule.
 */
function onlyFamily(include: EndSet): { readonly family?: Family } {
  const four = include.some((box) => box.addresses.v4.length > 0);
  const six = include.some((box) => box.addresses.v6.length > 0);
  return four === six ? {} : { family: four ? 4 : 6 };
}
