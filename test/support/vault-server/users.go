package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	dbplugin "github.com/hashicorp/vault/sdk/database/dbplugin/v5"
	"github.com/hashicorp/vault/sdk/helper/consts"
)

// The database behind the engine `database`: a list of users and their passwords, in memory. Its plugin is named `users` and takes
// no settings; whoever asks for GET /users is told who is there, so that a test sees what a revocation did.
type users struct {
	lock      sync.Mutex
	made      int
	passwords map[string]string
}

func newUsers() *users { return &users{passwords: map[string]string{}} }

func (u *users) Initialize(_ context.Context, req dbplugin.InitializeRequest) (dbplugin.InitializeResponse, error) {
	return dbplugin.InitializeResponse{Config: req.Config}, nil
}

func (u *users) NewUser(_ context.Context, req dbplugin.NewUserRequest) (dbplugin.NewUserResponse, error) {
	u.lock.Lock()
	defer u.lock.Unlock()
	u.made++
	name := fmt.Sprintf("v-%s-%d-%d", req.UsernameConfig.RoleName, u.made, time.Now().Unix())
	u.passwords[name] = req.Password
	return dbplugin.NewUserResponse{Username: name}, nil
}

func (u *users) UpdateUser(_ context.Context, req dbplugin.UpdateUserRequest) (dbplugin.UpdateUserResponse, error) {
	u.lock.Lock()
	defer u.lock.Unlock()
	if req.Password != nil {
		u.passwords[req.Username] = req.Password.NewPassword
	}
	return dbplugin.UpdateUserResponse{}, nil
}

func (u *users) DeleteUser(_ context.Context, req dbplugin.DeleteUserRequest) (dbplugin.DeleteUserResponse, error) {
	u.lock.Lock()
	defer u.lock.Unlock()
	delete(u.passwords, req.Username)
	return dbplugin.DeleteUserResponse{}, nil
}

func (u *users) Type() (string, error) { return "users", nil }

func (u *users) Close() error { return nil }

// Names and passwords, as a database that lets somebody in knows them.
func (u *users) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	u.lock.Lock()
	defer u.lock.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(u.passwords)
}

// The plugins that Vault finds in itself: the one.
type registry struct{ users *users }

func (registry) Contains(name string, kind consts.PluginType) bool {
	return name == "users" && kind == consts.PluginTypeDatabase
}

func (r registry) Get(name string, kind consts.PluginType) (func() (interface{}, error), bool) {
	return func() (interface{}, error) { return r.users, nil }, r.Contains(name, kind)
}

func (registry) Keys(kind consts.PluginType) []string {
	if kind == consts.PluginTypeDatabase {
		return []string{"users"}
	}
	return nil
}

func (registry) DeprecationStatus(string, consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Unknown, false
}

func (registry) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }
