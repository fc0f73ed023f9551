/**
 * What a loop counts and measures, and its events for the flight recorder. This package depends on
 * no other of this module.
 */
@NullMarked
package io.tourbillon.coroutine.internal.observe;

import org.jspecify.annotations.NullMarked;
