// SPDX-License-Identifier: GPL-3.0-or-later
/* In place of libgupnp-igd for whip-client: Debian 12 builds that with libsoup 2, while the library that libnice would
 * ask routers with brings libsoup 3, and a process with both ends itself. Nothing is asked of routers here. */
#include <glib-object.h>

GType gupnp_simple_igd_get_type(void);
void *gupnp_simple_igd_thread_new(void);
void gupnp_simple_igd_add_port(void);
void gupnp_simple_igd_remove_port_local(void);

GType gupnp_simple_igd_get_type(void)
{
    return G_TYPE_OBJECT;
}

void *gupnp_simple_igd_thread_new(void)
{
    return g_object_new(G_TYPE_OBJECT, NULL);
}

void gupnp_simple_igd_add_port(void)
{
}

void gupnp_simple_igd_remove_port_local(void)
{
}
