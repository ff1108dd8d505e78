/**
 * Keys. A host holds a client secret, which finds duplicates and proves who wrote what, and the public half of an age key
 * pair, to which all content is sealed. What the secret alone opens are chunk ids and places; no name and no byte of a
 * file. Content is sealed with a key of its own per object, made for it, wrapped to the age recipient and then forgotten,
 * so that whoever takes a host over later cannot read what it backed up before.
 */
@NullMarked
package io.espalier.backup.crypt;

import org.jspecify.annotations.NullMarked;
