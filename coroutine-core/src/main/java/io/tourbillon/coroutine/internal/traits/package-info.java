/**
 * What a coroutine was spawned with: its name, group, priority and rate.
 *
 * <p><b>Rule.</b> This package depends on {@code internal.engine} and the public package. The
 * packages {@code internal.loop} and {@code internal.task} stand above it.
 */
@NullMarked
package io.tourbillon.coroutine.internal.traits;

import org.jspecify.annotations.NullMarked;
