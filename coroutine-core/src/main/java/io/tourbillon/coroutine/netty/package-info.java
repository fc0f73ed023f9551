/** Awaits futures of Netty. The only package that depends on Netty, which users add themselves. */
@NullMarked
package io.tourbillon.coroutine.netty;

import org.jspecify.annotations.NullMarked;
