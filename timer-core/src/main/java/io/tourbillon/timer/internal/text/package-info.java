/**
 * Text that shows what users have named: without characters that forge lines or hide others, and of
 * a bounded length. Public because dumps and logs of other packages are written in the same way; of
 * no use to others.
 */
@NullMarked
package io.tourbillon.timer.internal.text;

import org.jspecify.annotations.NullMarked;
