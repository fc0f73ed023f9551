/** The thread-safe timer service. */
@NullMarked
package io.tourbillon.timer;

import org.jspecify.annotations.NullMarked;
