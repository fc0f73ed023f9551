/**
 * What the actuator shows: meters, health and the endpoint {@code tourbillon}. {@link
 * io.tourbillon.spring.actuate.Services} collects what they look at. Needs Spring Boot's actuator,
 * which is optional.
 */
@NullMarked
package io.tourbillon.spring.actuate;

import org.jspecify.annotations.NullMarked;
