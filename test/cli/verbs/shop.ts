/** A small project for the tests of verbs: two rules, a test that holds and one that does not. */
export const shop = `tenant shop {
  network net { subnet 10.1.1.0/24; gateway 10.1.1.254 }
  group web in net { match app = web }
  group db  in net { match app = db }
  policy tiers {
    allow world -> web : https    as front
    allow web   -> db  : postgres as data
  }
  test "the database answers to the web" {
    expect allow web -> db : postgres
    expect deny  world -> db
  }
  test "the web is closed" { expect deny world -> web }
}
`;

/** The same without the test that does not hold. */
export const sound = shop.replace(/ {2}test "the web is closed".*\n/, "");

export const broken = shop.replace("allow web ", "allow wbe ");
