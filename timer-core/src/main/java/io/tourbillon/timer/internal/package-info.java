/**
 * What both cores need from the JDK and from the JVM, each in one place. Not for users: these types
 * may change or go at any time.
 */
@NullMarked
package io.tourbillon.timer.internal;

import org.jspecify.annotations.NullMarked;
