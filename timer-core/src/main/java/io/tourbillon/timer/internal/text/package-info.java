/**
 * Text for logs and dumps that contains names given by users: without characters that forge lines
 * or hide others, and of a bounded length.
 */
@NullMarked
package io.tourbillon.timer.internal.text;

import org.jspecify.annotations.NullMarked;
