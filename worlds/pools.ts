/**
 * Words that dialogues draw from. Lists are long enough for a third of each to serve the held-out
 * split.
 */

function words(list: string): readonly string[] {
  return list.trim().split(/,\s+/);
}

export const CITIES = words(`
  Lisbon, Oslo, Vienna, Dublin, Prague, Athens, Madrid, Warsaw, Zurich, Riga, Geneva, Bergen,
  Turin, Porto, Krakow, Seville, Hamburg, Lyon, Malmo, Naples, Ghent, Graz, Bilbao, Tallinn,
  Utrecht, Leipzig, Cork, Valencia, Basel, Antwerp
`);
export const GIVEN_NAMES = words(`
  Ann, Boris, Carla, David, Elena, Felix, Greta, Hugo, Irene, Jonas, Karin, Leon, Mara, Nils,
  Olga, Paul, Rita, Simon, Tessa, Umar, Vera, Walter, Yara, Zeno, Alma, Bruno, Clara, Dario,
  Edith, Frank
`);
export const FAMILY_NAMES = words(`
  Lindgren, Okafor, Moretti, Novak, Haddad, Sato, Kowalski, Fischer, Silva, Petrov, Marino,
  Dubois, Jansen, Castro, Weber, Hansen, Ortega, Bauer, Laurent, Vargas, Koenig, Duarte, Meyer,
  Rossi, Keller, Lopes, Berg, Nolan, Ferrer, Varga
`);
export const AIRLINES = words(`
  Norwind, Alpina, Skybus, Merlin, Baltica, Corsair, Helios, Vista, Polaris, Aurora, Condor,
  Zephyr, Tempest, Falcon, Meridian, Comet, Osprey, Nimbus, Solaris, Horizon, Kestrel
`);
export const HOTELS = words(`
  Harbour, Crown, Lantern, Orchard, Fountain, Castle, Meadow, Anchor, Garden, Bridge, Willow,
  Tower, Corner, Abbey, Mill, Palace, Juniper, Station, Laurel, Terrace, Compass
`);
export const AREAS = words(`
  Oldtown, Riverside, Hilltop, Northgate, Dockland, Parkside, Eastend, Westbank, Southfield,
  Cathedral, Market, Lakeside, Canalside, Greenway, Seafront, Midtown, Quayside, Brookside,
  Highgate, Woodlands, Stonegate
`);
export const MERCHANTS = words(`
  Bakehouse, Petrolia, Cinemax, Fixit, Grocera, Pharmaplus, Toyland, Bookworm, Cyclone,
  Florabella, Gymnasia, Hardwell, Inkspot, Jewelbox, Kitchenly, Laundrette, Musico, Noodlebar,
  Opticum, Petshop, Quickmart
`);
export const BANKS = words(`
  Albion, Borealis, Centrum, Danube, Equitas, Fidelio, Granite, Hanseatic, Iberia, Juno,
  Keystone, Liberty, Monument, Nordica, Orion, Pillar, Quorum, Regent, Sterling, Trident, Unity
`);
export const TITLES = words(`
  Winter Harvest, Silent Rivers, Glass Mountain, Paper Lanterns, Distant Shores, Burning Fields,
  Hidden Garden, Broken Compass, Northern Lights, Salt Roads, Golden Hours, Stone Letters,
  Velvet Night, Copper Sky, Lost Orchard, Crimson Tide, Hollow Bells, Iron Summer, Quiet Thunder,
  Second Harbour, Amber Rooms, Falling Towers, Narrow Gates, Open Windows, Painted Veil,
  Rising Dust, Secret Maps, Tin Soldiers, White Nights, Yellow Coats
`);
export const BRANCHES = words(`
  Central, Elmwood, Foxhill, Grange, Heathrow, Ivydale, Kingsway, Linden, Maple, Newbridge,
  Oakham, Pinewood, Queensbury, Rosehill, Springdale, Thornton, Upton, Victoria, Westgate,
  Yewtree, Ashford
`);
export const SPECIALTIES = words(`
  cardiology, dermatology, neurology, orthopedics, pediatrics, oncology, urology, radiology,
  psychiatry, gynecology, allergology, nephrology
`);
export const MEDICINES = words(`
  Ibuprox, Cardivan, Dermalin, Neurofen, Pulmozin, Gastrolex, Allerzan, Vitalor, Somnipax,
  Renovil, Hepatrin, Ocumed, Tussamin, Lipidor, Glucofen, Arthrax, Migralon, Thyrosan
`);
export const STREETS = words(`
  Harley Street, Rose Lane, Church Road, Mill Street, Garden Row, Bridge Lane, Castle Road,
  Station Street, Forest Avenue, River Walk, Queen Street, Park Avenue, Chapel Lane,
  Orchard Road, Tower Street, Meadow Lane, Spring Road, Harbour Street, Abbey Row, Cedar Avenue,
  Linden Walk
`);
export const LANGUAGES = words(`
  English, Spanish, Polish, Arabic, French, Turkish, German, Italian, Dutch, Greek, Czech,
  Danish, Finnish, Croatian, Hindi, Swedish, Korean, Romanian
`);
