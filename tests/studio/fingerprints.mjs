/** Files by their length, made of one pattern, with the fingerprint that docs/uploads.md describes; reckoned by another program. */

/** Returns the bytes of a file. */
export const of = (/** @type {{ size: number }} */ { size }) => Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 13)) % 251);

export const files = [
  { size: 0, fingerprint: '0-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
  { size: 1, fingerprint: '1-6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d' },
  { size: 1048576, fingerprint: '1048576-1cd1713d13833840a1b9dc51b16e49da0c5fe44e70068e2ad335b32a9c6ceeae' },
  { size: 1048581, fingerprint: '1048581-837bb437aedb94951d72ae0d7483dd6710459708b26fb360bd30377525d50835' },
  { size: 2097151, fingerprint: '2097151-2fe89230afc1db5dcbfc7a6c6cea81f12a126f916c7e5130132ec0f799adce9b' },
  { size: 2097152, fingerprint: '2097152-cffaf886b1ec9834f324cf2d48f2f842ce2b9a2b816c8d88c5fe64e1cf079c68' },
  { size: 2097153, fingerprint: '2097153-95f940ff861cc64b2b32f07c1ee475a068be0e9591fdaeff66061354ec15745f' },
  { size: 3145745, fingerprint: '3145745-34d54055e12cb2302c5ade4af477eba32170b52293e513d2ac32a9471e0c3eea' },
];
