/**
 * The versions that come with the service, by name: whoever only asks whether there is one does not carry
 * their texts. A test compares the list with the rule sets.
 */
export const shippedVersions: readonly string[] = ["cn-standard@1"];
