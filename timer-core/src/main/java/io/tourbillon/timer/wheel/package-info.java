@NullMarked
package io.tourbillon.timer.wheel;

import org.jspecify.annotations.NullMarked;
