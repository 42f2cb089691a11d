/** What the grammar wants where it may find something else: the keys by which `explain` chooses its words. */

/** Options of the grammar's steps. Chevrotain takes the text as its error message; to us it is a key. */
export const want = {
  action: { ERR_MSG: "action" },
  arrow: { ERR_MSG: "arrow" },
  block: { ERR_MSG: "block" },
  colon: { ERR_MSG: "colon" },
  contractType: { ERR_MSG: "contractType" },
  declaredName: { ERR_MSG: "declaredName" },
  end: { ERR_MSG: "end" },
  equals: { ERR_MSG: "equals" },
  importPath: { ERR_MSG: "importPath" },
  inNetwork: { ERR_MSG: "inNetwork" },
  labelList: { ERR_MSG: "labelList" },
  labelListEnd: { ERR_MSG: "labelListEnd" },
  labelOperator: { ERR_MSG: "labelOperator" },
  labelValue: { ERR_MSG: "labelValue" },
  name: { ERR_MSG: "name" },
  pathName: { ERR_MSG: "pathName" },
  peer: { ERR_MSG: "peer" },
  port: { ERR_MSG: "port" },
  portListEnd: { ERR_MSG: "portListEnd" },
  priority: { ERR_MSG: "priority" },
  requirement: { ERR_MSG: "requirement" },
  service: { ERR_MSG: "service" },
  target: { ERR_MSG: "target" },
  testName: { ERR_MSG: "testName" },
  type: { ERR_MSG: "type" },
  value: { ERR_MSG: "value" },
} as const;

export type Wanted = keyof typeof want;

/** The key that a recognition error carries as its message; `end` where the grammar gave none. */
export function wantedOf(message: string): Wanted {
  return isWanted(message) ? message : "end";
}

function isWanted(message: string): message is Wanted {
  return message in want;
}
