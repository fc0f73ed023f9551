/** Awaiting Netty's futures; the one package that knows of Netty, which users bring themselves. */
@NullMarked
package io.tourbillon.coroutine.netty;

import org.jspecify.annotations.NullMarked;
