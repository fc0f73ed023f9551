/**
 * The comparison: runs scenarios for all subjects, each in a process of its own, over and over in
 * turn, and writes what was found out as a file of raw results and as a page.
 */
@NullMarked
package io.tourbillon.bench.compare;

import org.jspecify.annotations.NullMarked;
