/** The command-line program; its comparisons and soak run are not yet built. */
@NullMarked
package io.tourbillon.bench;

import org.jspecify.annotations.NullMarked;
