/**
 * What a scheduler puts around the bodies of its coroutines: the wrapper of a decorator, and calls
 * of a listener.
 *
 * <p>{@link io.tourbillon.coroutine.internal.surround.Surroundings} replaces the body of a
 * coroutine when it is spawned. The coroutine does not know: it runs the body that it was given. So
 * a scheduler that has neither decorator nor listener pays one test when it spawns, and its
 * coroutines are no larger.
 *
 * <pre>
 *   ListenedBody      calls the listener when the body begins and ends
 *     DecoratedBody   runs the wrapper, which runs the body
 *       the body      of the user
 * </pre>
 *
 * <p><b>Rule.</b> Of this module, this package depends on the public package and on {@code
 * internal.engine}. It knows a coroutine as {@link
 * io.tourbillon.coroutine.internal.surround.ListenedBody.Subject}.
 */
@NullMarked
package io.tourbillon.coroutine.internal.surround;

import org.jspecify.annotations.NullMarked;
